"""Bytes of cache that the catalog's architectures take, beside what config.json multiplies to.

`kv_bytes.toml` has the figures as plain integers, each with the sum it is and the page it is from:
what the first tokens add, what a token adds beyond every window, what a state holds at any length.
A byte more or less than there is a missed goal.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from math import inf
from pathlib import Path

from goals import Goal, report

from equipoise.catalog import models
from equipoise.domain.model import Architecture
from equipoise.economics.kv_cache import held_bytes, marginal_bytes

TABLE = Path(__file__).with_suffix(".toml")
ARCHITECTURES, PATHS = 12, 5


@dataclass(frozen=True, slots=True)
class Row:
    """What one model's cache takes, in bytes at 16 bits an element, and how that comes about."""

    model: str
    path: str
    first: int
    later: int
    state: int
    sum: str

    @property
    def figures(self) -> tuple[int, int, int]:
        """The first tokens' bytes, the later ones', and a state's."""
        return self.first, self.later, self.state


def main() -> int:
    """Print every architecture beside its figures and judge them."""
    rows = read(TABLE)
    off = 0
    print("Cache, in bytes at 16 bits: a first token's, one's beyond every window, any sequence's")
    print(f"{'architecture':<36}{'path':<16}{'first':>9}{'later':>9}{'state':>13}  sum")
    for row in rows:
        ours = figures(architecture(row.model))
        agrees = ours == row.figures
        off += not agrees
        word = "" if agrees else f"  OFF: the catalog has {ours}"
        first, later, state = row.figures
        cells = f"{row.model:<36}{row.path:<16}{first:>9,}{later:>9,}{state:>13,}"
        print(f"{cells}  {row.sum}{word}")
    print()
    return report(
        [
            Goal("architectures whose cache was worked out", len(rows), ARCHITECTURES, inf, ""),
            Goal("paths of the cache among them", len({row.path for row in rows}), PATHS, inf, ""),
            Goal("architectures that are a byte off", off, 0, 0, ""),
        ]
    )


def read(table: Path) -> list[Row]:
    """The rows of the table, in its order."""
    found = tomllib.loads(table.read_text(encoding="utf-8"))
    return [
        Row(name, row["path"], row["first"], row["later"], row.get("state", 0), row["sum"])
        for name, row in found.items()
    ]


def architecture(model: str) -> Architecture:
    """The architecture of a model of the catalog; raises ValueError where it has none."""
    found = models.find(model).architecture
    if found is None:
        raise ValueError(f"the catalog has no architecture of {model}")
    return found


def figures(known: Architecture) -> tuple[float, float, float]:
    """The catalog's figures in the order of a row's, by the arithmetic that sizing uses."""
    beyond = max((group.window for group in known.attention), default=0)
    return marginal_bytes(known, 0), marginal_bytes(known, beyond), held_bytes(known, 0)


if __name__ == "__main__":
    sys.exit(main())
