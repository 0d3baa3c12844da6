"""A file's bytes, hashed as they are read, unpacked where they are packed, and line by line."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    Opened = io.BufferedReader[Any] | gzip.GzipFile

GZIP = b"\x1f\x8b"
LONGEST = 1 << 24
"""Bytes of one row: no model reads sixteen million characters, and memory stays bounded."""

_BUFFER = 1 << 20
_MARK = b"\xef\xbb\xbf"


class Digest(Protocol):
    """Something that is told every byte, such as a hash."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take these bytes in."""
        ...


class _Hashed(io.RawIOBase):
    """A file that tells a digest of whatever is read from it."""

    def __init__(self, file: io.FileIO, digest: Digest) -> None:
        super().__init__()
        self._file = file
        self._digest = digest

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read, and tell the digest."""
        read = self._file.readinto(buffer) or 0
        self._digest.update(memoryview(buffer)[:read])
        return read


@contextmanager
def opened(path: Path, digest: Digest) -> Iterator[Opened]:
    """A file's bytes, unpacked if gzip packed them; `digest` is of the file as it lies there.

    The digest is whole once the end was read. Raises OSError or ValueError.
    """
    with io.FileIO(path) as file, io.BufferedReader(_Hashed(file, digest), _BUFFER) as plain:
        if plain.peek(2).startswith(GZIP):
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield unpacked
        else:
            yield plain


def lines(file: Opened) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers, without a byte order mark; None for one that is too long."""
    for number in count(1):
        line = file.readline(LONGEST + 1)
        if not line:
            return
        if len(line) > LONGEST and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(_BUFFER)
            yield number, None
        else:
            yield number, line.removeprefix(_MARK) if number == 1 else line
