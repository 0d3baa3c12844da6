"""The header of a safetensors file: what its tensors are, without their data.

Eight bytes give the length of a JSON object that names every tensor's type, shape and place
(huggingface/safetensors, README, "Format"). Places are checked against the length of the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import NoReturn, TypeGuard

from equipoise.catalog.stored_model import check_no_pointer, refused

LENGTH_BYTES = 8
LONGEST_HEADER = 100_000_000
"""The format's own limit, in bytes."""

_AGAIN = "Download the file again, or convert the model again."
_METADATA = "__metadata__"
_MOST_DIMENSIONS = 32
_MOST_ELEMENTS = 2**63

# Bits of an element of each type.
_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("I8", "U8", "BOOL"), 8),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor: the outermost dimension first, `size` in bytes."""

    name: str
    type: str
    shape: tuple[int, ...]
    size: int

    @property
    def elements(self) -> int:
        """How many elements of its type it has, which packed formats use for several weights."""
        return prod(self.shape)


def header_length(beginning: bytes, file_bytes: int, where: str) -> int:
    """The length of the header from the first eight bytes of a file of `file_bytes`.

    Raises ConfigurationError where the file cannot be one.
    """
    check_no_pointer(beginning, where)
    if len(beginning) < LENGTH_BYTES:
        raise refused(where, f"ends after {file_bytes:,} bytes, within its header", _AGAIN)
    length = int.from_bytes(beginning, "little")
    if length > LONGEST_HEADER:
        reason = f"is no safetensors file: its header would have {length:,} bytes"
        raise refused(where, reason, _AGAIN)
    if length > file_bytes - LENGTH_BYTES:
        reason = f"ends after {file_bytes:,} bytes, within a header of {length:,}"
        raise refused(where, reason, _AGAIN)
    return length


def read_tensors(header: bytes, data_bytes: int, where: str) -> tuple[StoredTensor, ...]:
    """The tensors that a header names, whose data takes the `data_bytes` after it.

    Raises ConfigurationError where it is broken, or the data is not all there.
    """
    tensors: list[StoredTensor] = []
    end = 0
    for name, entry in _object(header, where).items():
        if name == _METADATA:
            continue
        tensor, last = _tensor(name, entry, where)
        tensors.append(tensor)
        end = max(end, last)
    if not tensors:
        raise refused(where, "holds no tensors", _AGAIN)
    if end != data_bytes or sum(tensor.size for tensor in tensors) != data_bytes:
        reason = f"has {data_bytes:,} bytes of data where its tensors take {end:,}"
        raise refused(where, reason, _AGAIN)
    return tuple(tensors)


def _object(header: bytes, where: str) -> Mapping[str, object]:
    try:
        found: object = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise refused(where, "has a header that is not JSON", _AGAIN) from error
    if not isinstance(found, dict):
        raise refused(where, "has a header that is no JSON object", _AGAIN)
    return found


def _tensor(name: str, entry: object, where: str) -> tuple[StoredTensor, int]:
    """A tensor, and where its data ends."""

    def refuse(reason: str) -> NoReturn:
        raise refused(where, reason, _AGAIN, name[:120])

    if not isinstance(entry, dict):
        refuse("is no JSON object")
    kind, shape, place = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(kind, str) or kind not in _BITS:
        refuse(f"is of type {str(kind)[:40]!r}, which the format does not have")
    if not _are_counts(shape) or len(shape) > _MOST_DIMENSIONS:
        refuse("has no shape of whole numbers")
    if not _are_counts(place) or len(place) != 2:
        refuse("does not say where its data lies")
    bits, (begin, end) = prod(shape) * _BITS[kind], place
    if bits != 8 * (end - begin):
        refuse(f"takes {end - begin:,} bytes where {kind} of its shape takes {bits // 8:,}")
    return StoredTensor(name, kind, tuple(shape), end - begin), end


def _are_counts(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        type(item) is int and 0 <= item < _MOST_ELEMENTS for item in value
    )
