"""The figures that compare: what it would take to switch, where two cross, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from equipoise.decisions.costing.page import Against, CandidateCost, Figure, Hinge, OtherPlan, Pair

_MONTH = "dollars a month"


def compared(
    rows: Sequence[CandidateCost], pairs: Sequence[Pair], hinge: Hinge | None
) -> Iterator[Figure]:
    """What our own would need, every crossing, and the difference with its chance."""
    for row in rows:
        if row.against is not None:
            yield from _against(row.candidate, row.against)
    for pair in pairs:
        both = tuple(f"{name}.{part}" for name in (pair.first, pair.second) for part in _per(pair))
        for rank, turn in enumerate(pair.crossings, start=1):
            name = f"{pair.first}~{pair.second}.crossing_{rank}"
            words = f"the volume at which both cost the same per {pair.per}; found by halving"
            yield Figure(name, turn.requests_per_month, "requests a month", words, both)
    if hinge is not None:
        months = (f"{hinge.own}.month", f"{hinge.vendor}.month")
        words = f"month of {hinge.own} − month of {hinge.vendor}"
        yield Figure("difference", hinge.difference_usd, _MONTH, words, months)
        words = f"draws of 2,000 in which {hinge.own} costs less than {hinge.vendor}"
        chance = hinge.chance_own_is_cheaper
        yield Figure("chance_own_is_cheaper", chance, "share of draws", words, months)


def of_others(others: Sequence[OtherPlan]) -> Iterator[Figure]:
    """What the discounts and the split cost, part by part."""
    for plan in others:
        name = f"{'~'.join(plan.candidates)}.{plan.kind}"
        parts = tuple(f"{name}.{line.kind}" for line in plan.costs)
        words = " + ".join(line.kind for line in plan.costs)
        yield Figure(f"{name}.month", plan.monthly_usd, _MONTH, words, parts)
        months = tuple(f"{candidate}.month" for candidate in plan.candidates)
        for line in plan.costs:
            yield Figure(f"{name}.{line.kind}", line.usd, _MONTH, line.basis, months)


def _per(pair: Pair) -> tuple[str, ...]:
    return ("month",) if pair.per == "month" else ("per_accepted_answer",)


def _against(name: str, found: Against) -> Iterator[Figure]:
    months = (f"{name}.month", f"{found.reference}.month")
    words = f"month of {found.reference} − month of {name}"
    yield Figure(f"{name}.saving", found.saving_usd, _MONTH, words, months)
    yield Figure(
        f"{name}.needed_request_price",
        found.needed_request_usd,
        "dollars a request",
        found.price_sentence,
        (*months, "requests_per_month"),
    )
    yield Figure(
        f"{name}.needed_utilisation",
        found.needed_utilisation,
        "share of a machine's output",
        found.utilisation_sentence,
        (f"{name}.rent", f"{name}.requests_per_second", f"{found.reference}.per_request"),
    )
