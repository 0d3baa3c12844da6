"""The machines the catalog knows, with dated prices."""

from __future__ import annotations

from functools import cache

from equipoise.catalog import tables
from equipoise.domain.hardware import Hardware
from equipoise.errors import UnknownHardwareError


@cache
def hardware_rows() -> tuple[Hardware, ...]:
    """All machines, in the order of the file."""
    return tuple(_hardware(name, row) for name, row in tables.read("hardware").items())


def find(machine: str) -> Hardware:
    """Look a machine up by id; raises UnknownHardwareError."""
    for row in hardware_rows():
        if row.id == machine:
            return row
    raise UnknownHardwareError(
        f"the catalog has no hardware {machine!r}",
        hint=f"It has: {', '.join(row.id for row in hardware_rows())}.",
    )


def _hardware(name: str, row: tables.Row) -> Hardware:
    cited = {key: tables.source(row[key]) for key in row if key.endswith("_source")}
    return Hardware(id=name, **{**row, **cited})
