"""Records to keep: one by its id, and any that a gateway might write."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from equipoise.domain.endpoint import Operator
from equipoise.domain.record import Attempt, Outcome, Record
from equipoise.domain.request import Usage
from equipoise.ledger.rows import GROUPINGS

START = 1_772_323_200_000  # 2026-03-01 00:00 UTC
DAY_MS = 86_400_000


def attempt(
    name: str, number: int = 1, cost_pico: int = 700, *, estimated: bool = False
) -> Attempt:
    """A call that was answered, or where nothing was counted, one that was not."""
    return Attempt(
        id=name,
        number=number,
        target="openai/gpt-5-mini" if number == 1 else "local/smollm2",
        operator=Operator.VENDOR if number == 1 else Operator.SELF,
        started_ms=START,
        first_token_ms=None if estimated else 120.5,
        total_ms=830.25,
        usage=None if estimated else Usage(input=100, output=20, cached=40, reasoning=5),
        cost_pico=cost_pico,
        estimated=estimated,
        price_id="card-1",
        outcome=Outcome.FAILED if estimated else Outcome.ANSWERED,
        error="overloaded: no capacity" if estimated else "",
    )


def record(name: str, *attempts: Attempt) -> Record:
    """The record of this id; unless others are given, its attempts are one failed and one not."""
    both = (attempt(f"{name}.1", estimated=True), attempt(f"{name}.2", 2))
    return Record(
        id=name,
        started_ms=START,
        workload="triage",
        data_class="internal",
        dialect="openai_chat",
        model="chat",
        policy_id="policy-1",
        streamed=True,
        status=200,
        outcome=Outcome.ANSWERED,
        total_ms=900.5,
        attempts=attempts or both,
    )


def priced(name: str, *costs: int) -> Record:
    """A record whose attempts cost this much; of each the last is estimated."""
    last = len(costs)
    rows = (attempt(f"{name}.{n}", n, cost, estimated=n == last) for n, cost in enumerate(costs, 1))
    return record(name, *rows)


_spans = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
_words = st.sampled_from(["", "a", "A", "é", "日本", "\x00", "a\x00b"]) | st.text(max_size=5)
_tokens = st.integers(0, 10**12)
_usages = st.builds(
    lambda cached, fresh, output, reasoning: Usage(cached + fresh, output, cached, reasoning),
    *(_tokens,) * 4,
)
_attempts = st.builds(
    Attempt,
    id=st.text(max_size=5),
    number=st.just(0),
    target=_words,
    operator=st.sampled_from(Operator),
    started_ms=st.integers(-(2**63), 2**63 - 1),
    first_token_ms=st.none() | _spans,
    total_ms=_spans,
    usage=st.none() | _usages,
    cost_pico=st.integers(-(2**63), 2**63 - 1),
    estimated=st.booleans(),
    price_id=_words,
    outcome=st.sampled_from(Outcome),
    error=st.text(max_size=20),
)


def _numbered(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    return tuple(replace(row, number=number) for number, row in enumerate(attempts, start=1))


# Few ids, so that one comes again and another's is taken.
any_record = st.builds(
    Record,
    id=st.sampled_from("abcdefgh") | st.text(max_size=5),
    started_ms=st.integers(0, 3).map(lambda day: START + day * DAY_MS - 1)
    | st.integers(0, 253_402_300_799_999),
    workload=_words,
    data_class=st.sampled_from(["public", "restricted"]),
    dialect=_words,
    model=_words,
    policy_id=_words,
    streamed=st.booleans(),
    status=st.integers(100, 599),
    outcome=st.sampled_from(Outcome),
    total_ms=_spans,
    attempts=st.lists(_attempts, max_size=3, unique_by=lambda row: row.id).map(_numbered),
)
any_grouping = st.lists(st.sampled_from(GROUPINGS), unique=True).map(tuple)
