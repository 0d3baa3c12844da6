"""A gallery: eighty cases of every sort, decided once, for what must hold of all decisions."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.domain.decision import Decision
from equipoise.domain.workload import DataClass

from .cases import (
    DAY_MS,
    Ask,
    Entrant,
    claude,
    endpoint,
    entrant,
    gpt,
    hosted,
    large,
    make_case,
    small,
    term,
)

AGREED = (term("zero_retention"), term("restricted_data_agreement"))


@pytest.fixture(scope="session")
def gallery() -> list[tuple[Case, Decision]]:
    cases = [_case(Random(number)) for number in range(80)]
    return [(case, decide(case, seed=number)) for number, case in enumerate(cases)]


def _case(chance: Random) -> Case:
    pool = (
        small("zero-shot"),
        small("few-shots", shots=6),
        large(),
        hosted(),
        gpt(),
        claude(),
        entrant("trusted", "claude-haiku-4-5", endpoint("anthropic", *AGREED), None),
        entrant("ministral", "ministral-3-8b-instruct", "mistral", None),
    )
    entrants = [_measured(row, chance) for row in chance.sample(pool, chance.randint(1, 6))]
    names = [row.id for row in entrants]
    incumbent = chance.choice([None, *names])
    relative = incumbent is not None and chance.random() < 0.3
    ask = Ask(
        floor=chance.choice([0.7, 0.85, 0.95]),
        below=(incumbent, 0.05) if incumbent is not None and relative else None,
        requests=round(10 ** chance.uniform(2, 7.5)),
        peak=chance.choice([1.0, 3.0, 10.0]),
        data_class=chance.choice([*DataClass, DataClass.PUBLIC]),
        incumbent=incumbent,
        budget=chance.choice([None, None, 800.0, 3_000.0]),
        latency_ms=chance.choice([3_000.0, 3_000.0, DAY_MS]),
        rejected_usd=chance.choice([0.0, 0.02, 0.4]),
        own_fte=chance.choice([0.0, 0.1]),
        vendor_fte=chance.choice([0.0, 0.05]),
        confidence=chance.choice([0.6, 0.6, 0.8, 0.95]),
    )
    return make_case(*entrants, ask=ask)


def _measured(row: Entrant, chance: Random) -> Entrant:
    shared = chance.choice([0.0, 1_500.0])
    tokens = (shared + 10 ** chance.uniform(2, 3.5), shared, 10 ** chance.uniform(1, 2.3))
    row = replace(row, tokens=tokens, seconds=10 ** chance.uniform(-1, 0.2))
    if chance.random() < 0.6:
        items = chance.choice([60, 400, 400])
        return replace(row, accepted=round(items * chance.uniform(0.75, 1)), items=items)
    if chance.random() < 0.6:
        low = chance.uniform(0.5, 0.95)
        return replace(row, assumed=(low, chance.uniform(low, 1.0)))
    return row
