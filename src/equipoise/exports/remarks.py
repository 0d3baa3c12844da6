"""What has to be said of files before one adds them up: pages that are missing, rows cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from equipoise.domain.bill import Note
from equipoise.exports.connection import Reader
from equipoise.exports.json_rows import pages
from equipoise.exports.recognise import Export


def remarks(reader: Reader, exports: Sequence[Export]) -> list[Note]:
    """The notes on files as they stand; those of one layout lie together."""
    notes: list[Note] = []
    for _, group in groupby(exports, lambda export: export.layout.id):
        notes += _unfinished(reader, list(group))
    for export in exports:
        name = export.path.name
        if export.container.unended:
            text = f"{name} does not end its last line: if it was cut off, its last row is wrong"
            notes.append(Note("unended", text))
        for column in export.doubled:
            text = f"{name} has several columns called {column}: the first is read"
            notes.append(Note("columns", text))
    return notes


def _unfinished(reader: Reader, exports: Sequence[Export]) -> Iterable[Note]:
    """A note where pages of one report are missing."""
    found = [page for export in exports for page in pages(reader, export)]
    names = ", ".join(export.path.name for export in exports)
    more = [has_more for has_more, _, _ in found if has_more is not None]
    # A chain of pages is whole when one of them says that none follows.
    if more and "false" not in more:
        yield Note(
            "pages", f"{names}: more pages follow (has_more); what is on them is missing here"
        )
    counted = [pair for _, page, total in found if (pair := _numbers(page, total)) is not None]
    if counted:
        there = {page for page, _ in counted}
        missing = max(total for _, total in counted) - len(there)
        if missing > 0:
            pages_are = "page is" if missing == 1 else "pages are"
            yield Note("pages", f"{names}: {missing} more {pages_are} missing here (total_pages)")


def _numbers(page: str | None, total: str | None) -> tuple[int, int] | None:
    if page is None or total is None or not (page.isdecimal() and total.isdecimal()):
        return None
    return int(page), int(total)
