"""A sample with a fair part of every stratum, drawn by a seed.

Every stratum has at least one item where there are enough for all, and otherwise its share of the
whole, by the largest remainder. Where there are more strata than items, as many are drawn as there
are items, each as likely as it is large: every n-th question of a row that the seed lays, stratum
behind stratum (systematic sampling with probability proportional to size; W. G. Cochran, Sampling
Techniques, 1977, chapter 8). Either way a weight is the inverse of how likely an item was to be
drawn, and all weights sum to the size of the whole.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """The place of one that was drawn, and how many of the whole it stands for, itself included."""

    place: int
    weight: float


def sample(texts: Sequence[str], strata: Sequence[str], wanted: int, seed: int) -> list[Drawn]:
    """Draw `wanted` of `texts`, each in its stratum; in the order they stand.

    What is drawn depends on the texts and the seed, and not on their order: equal texts apart.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        places[stratum].append(place)
    for row in places.values():
        row.sort(key=lambda place: _number(seed, texts[place]))
    wanted = min(wanted, len(texts))
    if len(places) > wanted:
        return sorted(_spread(places, wanted, seed), key=lambda row: row.place)
    parts = _parts({name: len(found) for name, found in places.items()}, wanted)
    drawn = [
        Drawn(place, len(places[name]) / count)
        for name, count in parts.items()
        for place in places[name][:count]
    ]
    return sorted(drawn, key=lambda row: row.place)


def _spread(places: Mapping[str, Sequence[int]], wanted: int, seed: int) -> list[Drawn]:
    """One in so many of the row of all strata, from a place that the seed chooses."""
    names = sorted(places, key=lambda name: _number(seed, f"stratum {name}"))
    row = [place for name in names for place in places[name]]
    # In 2^64 parts of a step, so that no rounding makes one place likelier than another.
    start = int.from_bytes(_number(seed, "start")[:8])
    return [
        Drawn(row[((number << 64) + start) * len(row) // (wanted << 64)], len(row) / wanted)
        for number in range(wanted)
    ]


def _parts(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many of each stratum, of which there are no more than are wanted."""
    total = sum(sizes.values())
    parts = dict.fromkeys(sorted(sizes), 1)
    for _ in range(wanted - sum(parts.values())):
        open_to = [name for name in parts if parts[name] < sizes[name]]
        name = max(open_to, key=lambda name: sizes[name] * wanted / total - parts[name])
        parts[name] += 1
    return parts


def _number(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{text}".encode("utf-8", "backslashreplace")).digest()
