"""What every ledger does alike: the twin in memory and SQLite, under the same operations."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.records import DAY_MS, any_grouping, any_record, attempt, priced, record

from equipoise.domain.ports import Ledger, SummaryRow
from equipoise.domain.record import Outcome, Record
from equipoise.errors import LedgerError
from equipoise.ledger.rows import GROUPINGS
from equipoise.ledger.sqlite import SqliteLedger
from equipoise.testing.ledger import MemoryLedger

Answers = tuple[list[str], list[Record], tuple[SummaryRow, ...]]


def answers(ledger: Ledger, records: list[Record], by: tuple[str, ...]) -> Answers:
    """What a ledger says to each record, then holds, then sums."""
    said: list[str] = []
    for row in records:
        try:
            ledger.append(row)
            said.append("kept")
        except LedgerError as error:
            said.append(error.message)
    return said, list(ledger.records()), ledger.summary(by)


@given(st.lists(any_record, max_size=8), any_grouping)
def test_sqlite_answers_as_the_twin_does(records: list[Record], by: tuple[str, ...]) -> None:
    with closing(SqliteLedger(Path(":memory:"))) as ledger:
        assert answers(ledger, records, by) == answers(MemoryLedger(), records, by)


@given(any_record)
def test_a_record_comes_back_as_it_went_in(row: Record) -> None:
    with closing(SqliteLedger(Path(":memory:"))) as ledger:
        ledger.append(row)

        assert list(ledger.records()) == [row]


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=3), max_size=20))
def test_sums_of_money_are_exact_in_any_order_and_beyond_64_bits(costs: list[list[int]]) -> None:
    rows = [priced(str(number), *row) for number, row in enumerate(costs)]
    for order in (rows, rows[::-1], random.Random(1).sample(rows, len(rows))):
        with closing(SqliteLedger(Path(":memory:"))) as ledger:
            for row in order:
                ledger.append(row)
            summary = ledger.summary()

        assert sum(row.cost_pico for row in summary) == sum(map(sum, costs))
        assert sum(row.estimated_pico for row in summary) == sum(row[-1] for row in costs)


def test_ten_thousand_million_dollars_are_summed_to_the_last_picodollar(ledger: Ledger) -> None:
    for number in range(2_000):
        ledger.append(priced(str(number), 5 * 10**18 + 1, 7))

    assert ledger.summary()[0].cost_pico == 10**22 + 2_000 * 8
    assert ledger.summary()[0].estimated_pico == 2_000 * 7


def test_records_come_in_order_of_arrival_however_many(ledger: Ledger) -> None:
    rows = [record(str(number)) for number in random.Random(2).sample(range(1_234), 1_234)]
    for row in rows:
        ledger.append(row)

    assert list(ledger.records()) == rows


def test_the_same_record_again_changes_nothing(ledger: Ledger) -> None:
    ledger.append(record("a"))
    ledger.append(record("a"))

    assert list(ledger.records()) == [record("a")]
    assert ledger.summary()[0].requests == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(record("a"), status=500),
        replace(record("a"), attempts=()),
        record("a", *record("a").attempts, attempt("a.3", 3)),
        record("b", attempt("b.1"), attempt("a.2", 2)),
    ],
)
def test_another_record_under_an_id_that_is_taken_is_an_error_and_leaves_nothing(
    ledger: Ledger, other: Record
) -> None:
    ledger.append(record("a"))
    with pytest.raises(LedgerError, match="another record under the id"):
        ledger.append(other)

    assert list(ledger.records()) == [record("a")]
    ledger.append(record("c"))
    assert [row.id for row in ledger.records()] == ["a", "c"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (replace(record("a"), started_ms=-1), "starts at -1 ms"),
        (replace(record("a"), started_ms=253_402_300_800_000), "starts at"),
        (replace(record("a"), total_ms=float("nan")), "total_ms cannot be kept exactly"),
        (replace(record("a"), total_ms=float("inf")), "total_ms cannot be kept exactly"),
        (replace(record("a"), model="\ud83d"), "model cannot be kept exactly"),
        (priced("a", 2**63), "cost_pico cannot be kept exactly"),
        (record("a", attempt("a.1", 2), attempt("a.2", 1)), "attempts out of order"),
        (record("a", attempt("a.1", 1), attempt("a.2", 1)), "one of them twice"),
        (record("a", attempt("a.1", 1), attempt("a.1", 2)), "one of them twice"),
    ],
)
def test_what_cannot_be_kept_as_it_is_is_refused_whole(
    ledger: Ledger, row: Record, words: str
) -> None:
    with pytest.raises(LedgerError, match=words) as caught:
        ledger.append(row)

    assert caught.value.hint
    assert list(ledger.records()) == []


def test_a_summary_counts_requests_attempts_tokens_and_money(ledger: Ledger) -> None:
    ledger.append(record("a"))
    ledger.append(replace(record("b"), outcome=Outcome.FAILED))
    ledger.append(replace(record("c"), workload="notes", attempts=()))

    assert ledger.summary() == (
        SummaryRow(("notes",), 1, 0, 0, 0, 0, 0, 0, 0, 0),
        SummaryRow(("triage",), 2, 1, 4, 2, 200, 40, 80, 2_800, 1_400),
    )
    assert ledger.summary(()) == (SummaryRow((), 3, 1, 4, 2, 200, 40, 80, 2_800, 1_400),)


def test_by_target_a_request_counts_for_each_that_tried_and_for_none_if_none_did(
    ledger: Ledger,
) -> None:
    ledger.append(record("a"))
    ledger.append(replace(record("b"), attempts=()))

    counts = {row.values[0]: (row.requests, row.attempts) for row in ledger.summary(("target",))}
    assert counts == {"": (1, 0), "local/smollm2": (1, 1), "openai/gpt-5-mini": (1, 1)}


def test_a_day_is_one_of_utc_and_ends_a_millisecond_before_the_next(ledger: Ledger) -> None:
    for number, ms in enumerate((-1, 0, DAY_MS - 1, DAY_MS)):
        row = record(str(number))
        ledger.append(replace(row, started_ms=row.started_ms + ms))

    days = [(*row.values, row.requests) for row in ledger.summary(("day",))]
    assert days == [("2026-02-28", 1), ("2026-03-01", 2), ("2026-03-02", 1)]


def test_groups_have_their_values_in_the_order_asked_for(ledger: Ledger) -> None:
    ledger.append(record("a"))

    assert ledger.summary(("outcome", "model", "dialect"))[0].values == (
        "answered",
        "chat",
        "openai_chat",
    )


def test_an_unknown_grouping_is_refused_with_those_there_are(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match=f"'user'; take any of {', '.join(GROUPINGS)}"):
        ledger.summary(("workload", "user"))


def test_an_empty_ledger_has_no_records_and_no_groups(ledger: Ledger) -> None:
    assert (list(ledger.records()), ledger.summary(), ledger.summary(())) == ([], (), ())


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()

    with pytest.raises(LedgerError, match="closed"):
        ledger.append(record("a"))
    with pytest.raises(LedgerError, match="closed"):
        list(ledger.records())
    with pytest.raises(LedgerError, match="closed"):
        ledger.summary()
