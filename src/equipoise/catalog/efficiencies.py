"""What serving engines make of a device, fitted to published measurements: dated, with its source.

A coefficient is a number of the roofline (`economics.throughput.step` says which); an effect is the
factor by which one engine, weight format or generation of devices differs from all others. What
was never measured has no effect: the pooled number stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from equipoise.catalog import tables
from equipoise.domain.provenance import Source

Effects = Mapping[tuple[str, str], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Spread:
    """How true values lie about estimates: the 10th and 90th percentile of true over estimated."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Efficiencies:
    """All coefficients of one fit.

    `pooled` by coefficient; `effects` by (coefficient, grouping) and then label, as factors;
    `spreads` by what is estimated and how familiar the case is, such as `tpot.campaign`, and with
    `.alone` behind it for one request at a time; `tpot.within` is that about a machine's own bias;
    `seen` are the labels that the fit had, by grouping.
    """

    pooled: Mapping[str, float]
    effects: Effects
    spreads: Mapping[str, Spread]
    seen: Mapping[str, frozenset[str]]
    points: int
    source: Source


@cache
def efficiencies() -> Efficiencies:
    """The fit that the package holds."""
    return read(tables.read("efficiencies"))


def read(table: Mapping[str, tables.Row]) -> Efficiencies:
    """The fit in a parsed file of the layout of data/efficiencies.toml."""
    effects = {
        (coefficient, grouping): MappingProxyType(dict(factors))
        for coefficient, groupings in table["effects"].items()
        for grouping, factors in groupings.items()
    }
    spreads = {name: Spread(row["low"], row["high"]) for name, row in table["spreads"].items()}
    return Efficiencies(
        pooled=MappingProxyType(dict(table["pooled"])),
        effects=MappingProxyType(effects),
        spreads=MappingProxyType(spreads),
        seen=MappingProxyType({name: frozenset(row) for name, row in table["seen"].items()}),
        points=table["fit"]["points"],
        source=tables.source(table["fit"]["source"]),
    )


def to_toml(fit: Efficiencies) -> str:
    """The file that `read` gives `fit` back from, to four figures."""
    day = f", checked = {fit.source.checked.isoformat()}" if fit.source.checked else ""
    lines = [
        "# Fitted by `calibrate`; benchmarks/throughput.py --refit writes this file anew.",
        "# Coefficients: times the ideal, or seconds; effects: factors on them; spreads: true over",
        "# estimated at the 10th and 90th percentile, on what each held-out fit had not seen.",
        "",
        "[fit]",
        f"points = {fit.points}",
        f'source = {{ name = "{fit.source.name}"{day} }}',
        "",
        "[pooled]",
        *(f"{name} = {value:.4g}" for name, value in fit.pooled.items()),
    ]
    for (coefficient, grouping), factors in fit.effects.items():
        lines += ["", f'[effects.{coefficient}."{grouping}"]']
        lines += [f'"{label}" = {factor:.4g}' for label, factor in factors.items()]
    for name, spread in fit.spreads.items():
        lines += ["", f'[spreads."{name}"]', f"low = {spread.low:.4g}", f"high = {spread.high:.4g}"]
    lines += ["", "[seen]"]
    for name, labels in fit.seen.items():
        quoted = ", ".join(f'"{label}"' for label in sorted(labels))
        lines.append(f"{name} = [{quoted}]")
    return "\n".join(lines) + "\n"
