"""Items in bounded memory: all of a small file, and of a large one the same ones for one seed.

Every item has a number made of the seed and its id, and those with the smallest are kept. Which
they are does not depend on the order of the rows, and more of them hold the fewer.
"""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass, field

from equipoise.domain.workload import Item

MOST_HELD = 20_000
"""Items that are kept whatever is asked for: a trial draws from all of a file of no more."""

MOST_BYTES = 1 << 26
"""Bytes of text beyond which fewer are kept, though never fewer than are asked for."""


@dataclass(slots=True)
class Draw:
    """Takes items one by one and keeps some. `wanted` is how many have to be kept; None for all."""

    seed: int
    wanted: int | None
    most_held: int = MOST_HELD
    most_bytes: int = MOST_BYTES
    _held: dict[str, tuple[int, int, Item]] = field(default_factory=dict)
    _largest: list[tuple[int, str]] = field(default_factory=list)
    _bytes: int = 0
    _beyond: int | None = None

    def offer(self, order: int, item: Item, size: int) -> None:
        """Take an item that stands `order`-th and has `size` bytes; a known id changes nothing."""
        number = self._number(item.id)
        if item.id in self._held or (self._beyond is not None and number >= self._beyond):
            return
        self._held[item.id] = (order, size, item)
        self._bytes += size
        if self.wanted is None:
            return
        heapq.heappush(self._largest, (-number, item.id))
        while len(self._held) > self.wanted and (
            len(self._held) > self.most_held or self._bytes > self.most_bytes
        ):
            self._let_go()

    def kept(self) -> tuple[Item, ...]:
        """What was kept, in the order of the rows."""
        return tuple(item for _, _, item in sorted(self._held.values(), key=lambda row: row[0]))

    def _let_go(self) -> None:
        number, name = heapq.heappop(self._largest)
        # Whoever comes later and is as far out would otherwise be kept in a smaller one's place.
        self._beyond = -number
        self._bytes -= self._held.pop(name)[1]

    def _number(self, name: str) -> int:
        told = hashlib.sha256(f"{self.seed}\0{name}".encode("utf-8", "backslashreplace"))
        return int.from_bytes(told.digest()[:16])
