"""The published bands of on-premise break-even, and what each thing they leave out does to them.

Pan, Chodnekar, Roy and Wang, "A Cost-Benefit Analysis of On-Premise Large Language Model
Deployment" (arXiv 2509.18101v3, 2025): nine open models against commercial APIs. Accelerators are
paid at once and electricity by the month; they are fully used for 8 hours on 22 days (the token
capacities of its Table III say 22, its text 20), and the volume is whatever they produce, a third
of it input. No staff, no spares, no idle hour, no falling price.

Its months are reproduced from its own Tables I to III. Gemini 2.5 Pro's are not: they are 9 %
shorter than GPT-5's in every row, at the same price in Table I. They are printed and not judged.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from itertools import product
from math import inf
from statistics import median

from goals import Goal, report

from equipoise.economics.drift import STILL, Drift
from equipoise.economics.ownership.people import Level, preset
from equipoise.economics.payback import Stream, payback
from equipoise.economics.replicas import with_spares

_HOURS = 8 * 22
_USD_PER_KWH = 0.15


@dataclass(frozen=True, slots=True)
class Deployment:
    """A row of Table III with its row of Table IV: months against each API, in their order."""

    model: str
    size: str
    machines: int
    accelerator_usd: float
    watts: float
    tokens_per_second: float
    published: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Realism:
    """What the paper leaves out; the defaults are its own assumptions."""

    name: str
    staff: Level | None = None
    availability: float | None = None
    utilisation: float = 1.0
    price: Drift = STILL


# Names and prices a million tokens, input and output, of Table I.
APIS = {
    "GPT-5": (1.25, 10.0),
    "Claude 4 Opus": (15.0, 75.0),
    "Claude 4 Sonnet": (3.0, 15.0),
    "Grok 4": (3.0, 15.0),
    "Gemini 2.5 Pro": (1.25, 10.0),
}
NOT_JUDGED = "Gemini 2.5 Pro"
A100, RTX_5090 = (15_000.0, 400.0), (2_000.0, 575.0)
DEPLOYMENTS = (
    Deployment("Kimi-K2", "large", 16, *A100, 800, (69.3, 8.7, 44.0, 44.0, 63.1)),
    Deployment("GLM-4.5", "large", 6, *A100, 400, (51.5, 6.5, 32.8, 32.8, 47.0)),
    Deployment("Qwen3-235B", "large", 4, *A100, 400, (34.0, 4.3, 21.8, 21.8, 31.1)),
    Deployment("gpt-oss-120B", "medium", 2, *A100, 220, (30.9, 3.9, 19.8, 19.8, 28.2)),
    Deployment("GLM-4.5-Air", "medium", 2, *A100, 200, (34.0, 4.3, 21.8, 21.8, 31.1)),
    Deployment("Llama-3.3-70B", "medium", 1, *A100, 190, (17.8, 2.3, 11.4, 11.4, 16.2)),
    Deployment("EXAONE 4.0 32B", "small", 1, *RTX_5090, 200, (2.26, 0.3, 1.4, 1.4, 2.06)),
    Deployment("Qwen3-30B", "small", 1, *RTX_5090, 180, (2.5, 0.3, 1.6, 1.6, 2.3)),
    Deployment("Magistral Small", "small", 1, *RTX_5090, 150, (3.0, 0.4, 1.9, 1.9, 2.76)),
)
SIZES = ("small", "medium", "large")
AS_PUBLISHED = Realism("as published")
# Spares: enough machines up 99.9 % of the time. Utilisation: machines sized for the busiest ten
# minutes of a fortnight, whose peak is about three times the mean. Staff: the presets, all of it on
# this one service.
STEPS = (
    AS_PUBLISHED,
    replace(AS_PUBLISHED, name="a spare", availability=0.999),
    replace(AS_PUBLISHED, name="used a third of the time", utilisation=0.33),
    replace(AS_PUBLISHED, name="prices halve every year", price=Drift(0.5)),
    replace(AS_PUBLISHED, name="staff, few", staff=Level.LOW),
    replace(AS_PUBLISHED, name="staff, middle", staff=Level.MIDDLE),
    Realism("all but staff", None, 0.999, 0.33, Drift(0.5)),
    Realism("all, staff few", Level.LOW, 0.999, 0.33, Drift(0.5)),
)


def months(row: Deployment, api: str, realism: Realism) -> float:
    """Months until the deployment has paid back against an API; infinite where it never does."""
    replicas = 1 if realism.availability is None else with_spares(1, realism.availability)
    machines = row.machines * replicas
    power = machines * row.watts / 1000 * _HOURS * _USD_PER_KWH
    start, running = machines * row.accelerator_usd, power
    if realism.staff is not None:
        people = preset(realism.staff)
        start += float(people.start_usd())
        running += float(people.monthly_usd(machines)) + float(people.refresh_monthly_usd())
    capacity = row.tokens_per_second * _HOURS * 3600 * realism.utilisation
    into, out = APIS[api]
    fees = capacity * (into + 2 * out) / 3 / 1e6
    found = payback(start, Stream(running), Stream(fees, realism.price))
    return inf if found.months is None else found.months


def cells(size: str, realism: Realism) -> list[float]:
    """Months of all deployments of a size against all APIs, in order."""
    rows = [row for row in DEPLOYMENTS if row.size == size]
    return sorted(months(row, api, realism) for row, api in product(rows, APIS))


def agrees(row: Deployment, api: str) -> bool:
    """Whether a published cell comes out: within 2 % and the rounding of its last digit."""
    published = row.published[list(APIS).index(api)]
    return abs(months(row, api, AS_PUBLISHED) - published) <= 0.05 + 0.02 * published


def print_cells() -> None:
    """Every cell, ours beside theirs."""
    print("Months to break even as published: ours / theirs")
    print(f"{'':<16}" + "".join(f"{api:>18}" for api in APIS))
    for row in DEPLOYMENTS:
        pairs = zip(APIS, row.published, strict=True)
        texts = (f"{months(row, api, AS_PUBLISHED):.2f} / {theirs:g}" for api, theirs in pairs)
        print(f"{row.model:<16}" + "".join(f"{text:>18}" for text in texts))


def print_realism() -> None:
    """The bands under each thing left out."""
    print("\nMonths to break even: median over all APIs (cells that ever do, of all)")
    print(f"{'':<26}" + "".join(f"{size:>18}" for size in SIZES))
    for realism in STEPS:
        texts = []
        for size in SIZES:
            found = cells(size, realism)
            paid = sum(one < inf for one in found)
            middle = median(found)
            text = "never" if middle == inf else f"{middle:.1f}"
            texts.append(f"{text} ({paid} of {len(found)})")
        print(f"{realism.name:<26}" + "".join(f"{text:>18}" for text in texts))


def main() -> int:
    """Print the cells, judge the bands, print what they leave out."""
    print_cells()
    print()
    small, medium, large = (cells(size, AS_PUBLISHED) for size in SIZES)
    judged = [(r, a) for r, a in product(DEPLOYMENTS, APIS) if a != NOT_JUDGED]
    share = sum(agrees(row, api) for row, api in judged) / len(judged)
    code = report(
        [
            Goal("small: slowest", max(small), 0.0, 3.1, "mo"),
            Goal("medium: median", median(medium), 6.0, 24.0, "mo"),
            Goal("large: median", median(large), 24.0, 72.0, "mo"),
            Goal("large: slowest", max(large), 24.0, 72.0, "mo"),
            Goal(f"cells of Table IV that agree, of {len(judged)}", share, 1.0, 1.0, ""),
        ]
    )
    print_realism()
    return code


if __name__ == "__main__":
    sys.exit(main())
