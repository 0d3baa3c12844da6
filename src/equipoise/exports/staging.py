"""A name and a form under which DuckDB can read a file.

DuckDB takes a path for a pattern (`*`, `?`, `[`), unpacks by its ending and makes columns of
folders called `name=value`: a link with a name of our own has none of these. What it reads
differently from us, UTF-16 and what stands above a table, is left out of a copy.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from equipoise.exports.container import Container, Header, unreadable

_PIECE = 1 << 20


def staged(container: Container, folder: Path, header: Header | None = None) -> tuple[Path, int]:
    """Where DuckDB finds a file, and how many lines of it are no data.

    A table is given with its header. Raises ExportError where a copy is not possible.
    """
    place = Path(mkdtemp(dir=folder)) / "export"
    plain = container.encoding == "utf-8-sig" and not container.mixed
    # Cells with line breaks are where two readers disagree on what a line is.
    if plain and (header is None or (header.lines == 1 and _plain(header))):
        place.symlink_to(container.path.resolve())
        return place, 0 if header is None else 1
    # Bytes that are no UTF-8 are kept: a column that nobody reads may hold what it likes.
    errors = "strict" if container.encoding == "utf-16" else "surrogateescape"
    try:
        with (
            container.path.open(
                encoding=container.encoding, errors=errors, newline=None if container.mixed else ""
            ) as source,
            place.open("w", encoding="utf-8", errors=errors, newline="") as copy,
        ):
            for _ in range(0 if header is None else header.lines):
                next(source)
            shutil.copyfileobj(source, copy, _PIECE)
    except UnicodeError as error:
        advice = "Export it again as CSV UTF-8, or as JSON."
        raise unreadable(container.path, "is not UTF-16 text to its end", advice) from error
    except OSError as error:
        reason = f"cannot be copied to {folder}: {error.strerror}"
        raise unreadable(container.path, reason) from error
    return place, 0


def _plain(header: Header) -> bool:
    return not any(set('"\r\n') & set(cell) for cell in header.cells)
