"""Which rows say the same thing again, and which say another under the same id.

Five numbers of eight bytes a row are kept of all rows, and no text. Two ids that are not the same
have the same number once in 10¹⁹ pairs.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from equipoise.domain.workload import Item
from equipoise.trials.plan import canonical

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows, in order of their number.

    `clashes` pairs a row with the first one whose id it has with other content; `repeated` counts
    the rows that say all that an earlier one with their id says; `alike` those that ask an earlier
    row's question under another id, and `torn` the questions that stand with several golds.
    """

    clashes: tuple[tuple[int, int], ...]
    repeated: int
    alike: int
    torn: int


@dataclass(slots=True)
class Seen:
    """What was seen of the items so far; `order` numbers the rows."""

    _order: array[int] = field(default_factory=lambda: array("Q"))
    _ids: array[int] = field(default_factory=lambda: array("Q"))
    _inputs: array[int] = field(default_factory=lambda: array("Q"))
    _golds: array[int] = field(default_factory=lambda: array("Q"))
    _contents: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, order: int, item: Item) -> None:
        """Take an item in."""
        content = [item.input, item.expected, item.cluster, item.slice, item.weight]
        self._order.append(order)
        self._ids.append(_number(item.id.encode("utf-8", "backslashreplace")))
        self._inputs.append(_number(item.input.encode("utf-8", "backslashreplace")))
        self._golds.append(_number(canonical(item.expected)))
        self._contents.append(_number(canonical(content)))

    def repeats(self) -> Repeats:
        """What stands again."""
        ids, inputs = _as_numbers(self._ids), _as_numbers(self._inputs)
        golds, contents = _as_numbers(self._golds), _as_numbers(self._contents)
        first = _firsts(ids)
        again = first != np.arange(len(ids))
        other = contents != contents[first]
        clashing = np.flatnonzero(again & other)
        alone = np.flatnonzero(~again)
        same_input = _firsts(inputs[alone])
        later = same_input != np.arange(len(alone))
        torn = later & (golds[alone] != golds[alone][same_input])
        return Repeats(
            clashes=tuple((self._order[n], self._order[first[n]]) for n in clashing),
            repeated=int(np.count_nonzero(again & ~other)),
            alike=int(np.count_nonzero(later)),
            torn=len(set(same_input[torn].tolist())),
        )


def id_of(question: str, expected: object) -> str:
    """An id made of what is asked and its gold, for an item that was given none."""
    return hashlib.sha256(canonical([question, expected])).hexdigest()[:16]


def _as_numbers(values: array[int]) -> Numbers:
    return np.frombuffer(values, dtype=np.uint64) if values else np.empty(0, np.uint64)


def _firsts(values: Numbers) -> NDArray[np.intp]:
    """For every place the first place with the same value."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    begins = np.concatenate(([True], ranked[1:] != ranked[:-1])) if len(values) else ranked
    starts = np.flatnonzero(begins)
    first = np.empty(len(values), np.intp)
    first[order] = order[starts][np.cumsum(begins) - 1] if len(values) else 0
    return first


def _number(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())
