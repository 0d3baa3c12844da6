"""The header of a GGUF file: its metadata and what its tensors are, without their data.

The layout is that of the format's specification, versions 2 and 3 (ggml, docs/gguf.md); sizes of a
type's blocks are ggml's own. Everything is checked against the length of the file before it is
used, so that a broken file is an error and never a large allocation.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from mmap import mmap
from types import MappingProxyType
from typing import NoReturn

from equipoise.catalog.stored_model import POINTER, check_no_pointer, refused

Contents = bytes | mmap
Scalar = int | float | str
Value = Scalar | tuple[Scalar, ...]

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_LONGEST_HEADER = 256 * 2**20  # a vocabulary of a million tokens takes 30 MB
_MOST_TENSORS = 2**18
_MOST_KEYS = 2**16
_LONGEST_TEXT = 2**16  # chat templates have ten thousand characters
_LONGEST_LIST = 4_096  # one number a layer; lists of tokens are only counted
_AGAIN = "Download or convert the file again."

# Of the metadata's types: how one value is packed. 8 is a text, 9 a list.
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_TEXT, _LIST = 8, 9
_COUNT, _KIND, _COUNTS = struct.Struct("<Q"), struct.Struct("<I"), struct.Struct("<QQ")

# Of the tensors' types: name, weights of a block, bytes of a block.
_TYPES = {
    0: ("f32", 1, 4),
    1: ("f16", 1, 2),
    2: ("q4_0", 32, 18),
    3: ("q4_1", 32, 20),
    6: ("q5_0", 32, 22),
    7: ("q5_1", 32, 24),
    8: ("q8_0", 32, 34),
    9: ("q8_1", 32, 40),
    10: ("q2_k", 256, 84),
    11: ("q3_k", 256, 110),
    12: ("q4_k", 256, 144),
    13: ("q5_k", 256, 176),
    14: ("q6_k", 256, 210),
    15: ("q8_k", 256, 292),
    16: ("iq2_xxs", 256, 66),
    17: ("iq2_xs", 256, 74),
    18: ("iq3_xxs", 256, 98),
    19: ("iq1_s", 256, 50),
    20: ("iq4_nl", 32, 18),
    21: ("iq3_s", 256, 110),
    22: ("iq2_s", 256, 82),
    23: ("iq4_xs", 256, 136),
    24: ("i8", 1, 1),
    25: ("i16", 1, 2),
    26: ("i32", 1, 4),
    27: ("i64", 1, 8),
    28: ("f64", 1, 8),
    29: ("iq1_m", 256, 56),
    30: ("bf16", 1, 2),
    34: ("tq1_0", 256, 54),
    35: ("tq2_0", 256, 66),
    39: ("mxfp4", 32, 17),
    40: ("nvfp4", 64, 36),
    41: ("q1_0", 128, 18),
}


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """A tensor: `shape` as the format has it, the innermost dimension first; `size` in bytes."""

    name: str
    shape: tuple[int, ...]
    type: str
    size: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """`metadata` without long lists, of which `lengths` says how long they are; all tensors."""

    metadata: Mapping[str, Value]
    lengths: Mapping[str, int]
    tensors: tuple[GgufTensor, ...]


class _Cursor:
    """A place in the file that moves on as values are taken."""

    def __init__(self, data: Contents, size: int, where: str) -> None:
        self.data = data
        self.size = size
        self.where = where
        self.at = 0
        self.end = min(len(data), size, _LONGEST_HEADER)

    def refuse(self, reason: str, key: str = "") -> NoReturn:
        raise refused(self.where, reason, _AGAIN, key)

    def move(self, size: int) -> int:
        """Go on by `size` bytes; returns where they begin."""
        begin = self.at
        if size > self.end - begin:
            if self.end == _LONGEST_HEADER < self.size:
                self.refuse("has a header of more than 256 MiB, which no model needs")
            self.refuse(f"ends within its header, after {self.end:,} bytes")
        self.at += size
        return begin

    def take(self, layout: struct.Struct) -> Scalar:
        value: Scalar = layout.unpack_from(self.data, self.move(layout.size))[0]
        return value

    def count(self) -> int:
        return int(self.take(_COUNT))

    def kind(self) -> int:
        return int(self.take(_KIND))

    def text(self, longest: int = _LONGEST_TEXT) -> str:
        """A text; its beginning where it is longer than any that is of use here."""
        size = self.count()
        begin = self.move(size)
        return self.data[begin : begin + min(size, longest)].decode("utf-8", "replace")

    def pass_texts(self, count: int) -> None:
        """Go past a list of texts: half a million of them, so without a call for each."""
        data, at, last, unpack = self.data, self.at, self.end - 8, _COUNT.unpack_from
        for _ in range(count):
            if at > last:
                self.move(self.end)
            at += 8 + unpack(data, at)[0]
        self.move(at - self.at)


def read_header(data: Contents, size: int, where: str) -> GgufHeader:
    """Read the header of a file of `size` bytes, of which `data` holds the beginning or all.

    `where` is what an error calls the file.

    Raises ConfigurationError where it is not a GGUF file, or is broken, truncated, or of a version
    or byte order that is not known.
    """
    cursor = _Cursor(data, size, where)
    _check_beginning(cursor)
    tensors, keys = cursor.count(), cursor.count()
    if tensors > _MOST_TENSORS or keys > _MOST_KEYS:
        cursor.refuse(f"claims {tensors:,} tensors and {keys:,} keys, which no model has")
    metadata, lengths = _metadata(cursor, keys)
    found = [_tensor(cursor) for _ in range(tensors)]
    _check_data(cursor, metadata, found)
    plain = tuple(tensor for tensor, _ in found)
    return GgufHeader(MappingProxyType(metadata), MappingProxyType(lengths), plain)


def _check_beginning(cursor: _Cursor) -> None:
    check_no_pointer(cursor.data[: len(POINTER)], cursor.where)
    if cursor.data[: len(MAGIC)] != MAGIC:
        raise refused(cursor.where, "is not a GGUF file: it does not begin with GGUF", _AGAIN)
    cursor.move(len(MAGIC))
    version = cursor.kind()
    if version in _VERSIONS:
        return
    if int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS:
        advice = "Convert it on a little-endian machine; there is no reader of the other order."
        raise refused(cursor.where, "is a big-endian GGUF file", advice)
    known = " and ".join(map(str, _VERSIONS))
    advice = f"Versions {known} can be read: convert the model again."
    raise refused(cursor.where, f"is a GGUF file of version {version}", advice)


def _metadata(cursor: _Cursor, count: int) -> tuple[dict[str, Value], dict[str, int]]:
    metadata: dict[str, Value] = {}
    lengths: dict[str, int] = {}
    for _ in range(count):
        key = cursor.text()
        if not key or key in metadata or key in lengths:
            cursor.refuse("stands twice or has no name in the metadata", key)
        kind = cursor.kind()
        if kind == _LIST:
            lengths[key], items = _list(cursor, key)
            if items is not None:
                metadata[key] = items
        elif kind == _TEXT:
            metadata[key] = cursor.text()
        elif kind in _SCALARS:
            metadata[key] = cursor.take(_SCALARS[kind])
        else:
            cursor.refuse(f"is of type {kind}, which the format does not have", key)
    return metadata, lengths


def _list(cursor: _Cursor, key: str) -> tuple[int, tuple[Scalar, ...] | None]:
    """A list's length, and its items where they are few and numbers."""
    kind, count = cursor.kind(), cursor.count()
    if kind == _TEXT:
        cursor.pass_texts(count)
        return count, None
    if kind not in _SCALARS:
        cursor.refuse(f"is a list of type {kind}, which the format does not have", key)
    size = _SCALARS[kind].size
    begin = cursor.move(count * size)
    if count > _LONGEST_LIST:
        return count, None
    values = _SCALARS[kind].iter_unpack(cursor.data[begin : begin + count * size])
    return count, tuple(value for (value,) in values)


def _tensor(cursor: _Cursor) -> tuple[GgufTensor, int]:
    """A tensor, and where its data begins after the header."""
    name = cursor.text()
    dimensions = cursor.kind()
    if not 1 <= dimensions <= 4:
        cursor.refuse(f"has {dimensions} dimensions; tensors have one to four", name)
    shape = tuple(cursor.count() for _ in range(dimensions))
    kind, offset = cursor.kind(), cursor.count()
    if kind not in _TYPES:
        advice = "Quantise the model again with a current llama.cpp."
        raise refused(cursor.where, f"is of type {kind}, which ggml does not have", advice, name)
    label, block, size = _TYPES[kind]
    if min(shape) < 1 or shape[0] % block:
        cursor.refuse(f"has the shape {list(shape)}, which {label} cannot hold", name)
    return GgufTensor(name, shape, label, prod(shape) // block * size), offset


def _check_data(
    cursor: _Cursor, metadata: Mapping[str, Value], found: list[tuple[GgufTensor, int]]
) -> None:
    """See that the tensors' data, each aligned and none overlapping, is all in the file."""
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
        cursor.refuse(f"is {alignment!r}, which is no power of two", "general.alignment")
    if len({tensor.name for tensor, _ in found}) < len(found):
        cursor.refuse("names a tensor twice")
    begin = -(-cursor.at // alignment) * alignment
    ends = [begin + offset + tensor.size for tensor, offset in found]
    needed = max(max(ends, default=0), begin + sum(tensor.size for tensor, _ in found))
    if needed > cursor.size:
        cursor.refuse(f"ends after {cursor.size:,} bytes where its tensors need {needed:,}")
