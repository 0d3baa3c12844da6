"""Files that hold the same bytes: a download and its copy are one export."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from equipoise.domain.bill import Note


def without_copies(files: Sequence[Path]) -> tuple[list[Path], list[Note]]:
    """The files without those whose bytes came before, and a note for each of these.

    A file that is not there is kept: whoever reads it says so.
    """
    sizes = [path.stat().st_size if path.is_file() else None for path in files]
    often = Counter(sizes)
    kept: list[Path] = []
    notes: list[Note] = []
    first: dict[str, Path] = {}
    for path, size in zip(files, sizes, strict=True):
        # Only files of one size can be alike: the others need not be read twice.
        if size is None or often[size] == 1:
            kept.append(path)
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        original = first.setdefault(digest, path)
        if original is path:
            kept.append(path)
        else:
            text = f"{path.name} holds the same bytes as {original.name}: it is read once"
            notes.append(Note("copies", text))
    return kept, notes
