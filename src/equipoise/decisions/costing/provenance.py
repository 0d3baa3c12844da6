"""Where every figure of the page comes from: its sum in words, what is in it, and whose word it is.

Figures are named by what they belong to: `CANDIDATE.machines`, `CANDIDATE.bought.financing`, a
range of the catalog by its id, and what the workload states by its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from equipoise.catalog.cost_ranges import cost_range
from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import CandidateCost, Figure, WayCost
from equipoise.decisions.costing.provenance_inputs import own_inputs, stated, vendor_inputs
from equipoise.decisions.offer import Offer
from equipoise.domain.decision import CostLine
from equipoise.domain.provenance import Source
from equipoise.economics.api.path import FEES, ApiPath
from equipoise.economics.ownership.path import OwnershipPath

MONTH = "dollars a month"
_DRAWN = "the {} percentile of 2,000 draws; what is uncertain in it has a range, the rest has none"
_PURCHASE = ("{c}.purchase_price", "server_share", "value_ratio_per_year")
_MACHINES = {
    "on_demand": ("{c}.rent",),
    "reserved": ("{c}.rent", "reserved_discount"),
    "spot": ("{c}.rent", "spot_ratio", "spot_overhead", "spot_fallback_share"),
    "leased": (*_PURCHASE, "lease_rate_per_year"),
    "bought": _PURCHASE,
}
_COUNTED = ("{c}.machine_count",)
_ASKED = ("requests_per_month",)
_BY_KIND = {
    "financing": (*_COUNTED, *_PURCHASE, "interest_per_year"),
    "power": (
        *_COUNTED,
        "{c}.utilisation",
        "load_share_of_rating",
        "idle_share_of_rating",
        "host_share",
        "power_usage_effectiveness",
        "electricity_usd_per_kwh",
    ),
    "hosting": (*_COUNTED, "host_share", "hosting_usd_per_kw_month"),
    "egress": ("requests_per_month", "egress_gb_per_request", "egress_usd_per_gb"),
    "people": (*_COUNTED, "self_hosting_fte", "run_fte_per_step", "engineer_usd_per_year"),
    "refresh": ("refreshes_per_year", "refresh_days", "refresh_usd", "engineer_usd_per_year"),
    "migration": (
        "build_months",
        "migration_months",
        "engineer_usd_per_year",
        "interest_per_year",
    ),
    "input": (*_ASKED, "{c}.input_tokens", "{c}.input_price"),
    "cached": (*_ASKED, "{c}.shared_tokens", "{c}.cached_price"),
    "output": (*_ASKED, "{c}.output_tokens", "{c}.output_price"),
    "retries": ("{c}.input", "{c}.output", "retry_share"),
    "commitment": ("{c}.input", "{c}.output", "{c}.committed"),
}


def figures(
    case: Case,
    rows: Sequence[CandidateCost],
    offers: Mapping[str, Offer],
    more: Sequence[Figure],
) -> tuple[Figure, ...]:
    """All of them: by candidate, then `more`, then what the workload states and the catalog takes.

    Every input is the name of a figure in the result.
    """
    found = [figure for row in rows for figure in _candidate(case, row, offers)]
    found += [*more, *stated(case)]
    known = {figure.name for figure in found}
    asked = {name for figure in found for name in figure.inputs}
    found += (_range(case, name) for name in sorted(asked - known))
    return tuple(found)


def _candidate(case: Case, row: CandidateCost, offers: Mapping[str, Offer]) -> Iterator[Figure]:
    offer = offers[row.candidate]
    if row.monthly_usd is None:
        yield Figure(f"{row.candidate}.month", None, MONTH, sum=row.unpriced)
        return
    yield from _month(
        row.candidate, row.costs, (row.monthly_usd, row.monthly_low, row.monthly_high)
    )
    yield from _per_answer(row)
    for line in row.costs:
        inputs = _inputs(row, line, offer.candidate.prices.way)
        yield Figure(f"{row.candidate}.{line.kind}", line.usd, MONTH, line.basis, inputs)
    if isinstance(offer.path, OwnershipPath):
        yield from own_inputs(case, offer, offer.path, row)
    elif isinstance(offer.path, ApiPath):
        yield from vendor_inputs(case, offer, offer.path)
    for way in row.ways:
        yield from _way(row.candidate, way)


def _month(
    name: str, costs: Sequence[CostLine], usd: tuple[float | None, float | None, float | None]
) -> Iterator[Figure]:
    parts = tuple(f"{name}.{line.kind}" for line in costs)
    middle, low, high = usd
    yield Figure(f"{name}.month", middle, MONTH, " + ".join(line.kind for line in costs), parts)
    yield Figure(f"{name}.month_low", low, MONTH, _DRAWN.format("10th"), parts)
    yield Figure(f"{name}.month_high", high, MONTH, _DRAWN.format("90th"), parts)


def _per_answer(row: CandidateCost) -> Iterator[Figure]:
    name = row.candidate
    month = (f"{name}.month", "requests_per_month")
    yield Figure(f"{name}.per_request", row.per_request_usd, "dollars", "month / requests", month)
    if row.accept_rate is None:
        return
    source = f"the trial's journal, {row.answers} answers"
    yield Figure(f"{name}.accept_rate", row.accept_rate, "share of answers", source=source)
    yield Figure(
        f"{name}.per_accepted_answer",
        row.per_accepted_usd,
        "dollars",
        "(month + what putting right the rejected answers costs) / accepted answers",
        (*month, f"{name}.accept_rate", "rejected_answer_usd"),
    )


def _inputs(row: CandidateCost, line: CostLine, way: str) -> tuple[str, ...]:
    if line.kind == "people" and not row.own:
        return ("vendor_fte", "engineer_usd_per_year")
    # What retries and a commitment come from are the lines of this very candidate.
    there = {f"{row.candidate}.{other.kind}" for other in row.costs}
    names = (name.format(c=row.candidate) for name in _kinds(line.kind, way))
    lines = {f"{row.candidate}.{kind}" for kind in FEES}
    return tuple(name for name in names if name not in lines or name in there)


def _kinds(kind: str, way: str) -> tuple[str, ...]:
    return (*_COUNTED, *_MACHINES[way]) if kind == "machines" else _BY_KIND[kind]


def _way(candidate: str, way: WayCost) -> Iterator[Figure]:
    name = f"{candidate}.{way.way}"
    if way.monthly_usd is None:
        yield Figure(f"{name}.month", None, MONTH, sum=way.unavailable)
        return
    yield from _month(name, way.costs, (way.monthly_usd, way.monthly_low, way.monthly_high))
    for line in way.costs:
        inputs = tuple(each.format(c=candidate) for each in _kinds(line.kind, way.way))
        yield Figure(f"{name}.{line.kind}", line.usd, MONTH, line.basis, inputs)
    start: tuple[str, ...] = ("build_months", "migration_months", "engineer_usd_per_year")
    if way.way == "bought":
        start = (
            f"{candidate}.machine_count",
            f"{candidate}.purchase_price",
            "server_share",
            *start,
        )
    yield Figure(f"{name}.start", way.start_usd, "dollars", "paid before the first month", start)
    yield Figure(
        f"{name}.payback",
        way.payback_months,
        "months",
        way.payback,
        (
            f"{name}.start",
            f"{name}.month",
            "api_price_ratio_per_year",
            "rent_ratio_per_year",
            "interest_per_year",
        ),
    )


def _range(case: Case, name: str) -> Figure:
    row, ours = cost_range(name), dict(case.workload.costs.figures)
    if name in ours:
        return Figure(name, ours[name], row.unit, source=str(Source(case.file, checked=case.now)))
    basis = f"a default: {row.low:g} to {row.high:g} eight times in ten"
    return Figure(name, row.middle, row.unit, basis, source=str(row.source))
