"""The whole chain: any bill makes a page whose sums hold, quickly and the same each time."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.bill.analyse import Question, analyse
from equipoise.bill.page import BillPage
from equipoise.bill.record import to_json
from equipoise.domain.bill import BillLine, BillSource, Reading, Tier, Tokens
from equipoise.errors import NothingSpentError

from .readings import (
    DAY,
    FACTS,
    MILLION,
    TODAY,
    charge,
    daily,
    page,
    parts,
    pico,
    reading,
    stated,
    usage,
)
from .strategies import BILLS, SOURCES, read

QUESTION = Question(TODAY, FACTS, by="team")


def test_a_day_of_use_is_a_page() -> None:
    found = page(usage(requests=5_000, project="shop"))

    assert found.total_pico == pico("6")
    assert found.monthly_usd == pytest.approx(6 * 30.4375)
    assert (found.first_day, found.last_day) == (DAY, DAY)
    assert parts(found.breakdowns, "project") == {"shop": pico("6")}
    assert [note.kind for note in found.notes] == ["short"]


def test_a_stated_sum_has_a_month_and_no_days() -> None:
    found = stated("60", "gpt-5-mini")

    assert found.monthly_usd == pytest.approx(60)
    assert (found.last_day - found.first_day).days == 29
    assert found.trend.days == ()
    assert "the bill of a month, as stated on 2026-11-24" in stated("9000", "gpt-5").drafts[0].toml


def test_today_counts_in_the_sum_and_not_in_the_month() -> None:
    lines = [*daily(charge("10"), 10), charge("1", day=TODAY)]
    found = page(*lines)

    assert found.total_pico == pico("101")
    assert found.last_day == TODAY
    assert found.monthly_usd == pytest.approx(304.375)
    assert [note.kind for note in found.notes] == ["unfinished"]


def test_today_alone_is_better_than_nothing() -> None:
    assert page(charge("1", day=TODAY)).monthly_usd == pytest.approx(30.4375)


def test_where_nothing_counts_there_is_no_page() -> None:
    for lines in ((), (charge("5", day=TODAY + timedelta(days=1)),), (usage("", Tokens()),)):
        with pytest.raises(NothingSpentError):
            page(*lines)


def test_use_without_a_price_alone_is_a_page_too() -> None:
    found = page(usage("mystery", Tokens(5)))

    assert (found.total_pico, found.monthly_usd, found.ceiling) == (0, 0.0, None)


def test_use_spread_over_many_projects_is_drafted_by_model() -> None:
    lines = [usage("gpt-5", project=f"p{n}", requests=1_000) for n in range(200)]

    assert [(draft.model, draft.project) for draft in page(*lines).drafts] == [("gpt-5", "")]


def test_three_years_in_any_order_are_one_span() -> None:
    lines = daily(charge("10"), 1_096)
    found, backwards = page(*lines), page(*reversed(lines))

    assert len(found.trend.days) == 1_096
    assert found.monthly_usd == pytest.approx(304.375)
    assert to_json(found) == to_json(backwards)


def test_notes_of_the_reading_come_first_and_all_are_kept() -> None:
    one = reading(charge("5"), charge("5", day=TODAY + timedelta(days=3)))
    found = analyse(one, QUESTION)

    assert [note.kind for note in found.notes] == ["future", "short"]


def test_assumptions_follow_from_what_the_exports_hold() -> None:
    def subjects(found: BillPage) -> set[str]:
        return {row.subject for row in found.assumptions}

    tokens = Tokens(MILLION, MILLION, output=MILLION)
    counted = subjects(page(usage(tokens=tokens, requests=9, tier=Tier.BATCH)))
    inferred = subjects(stated("50", "gpt-5-mini"))

    assert counted - inferred == {"repeated input", "requests in batches"}
    assert inferred - counted == {"request lengths", "tokens"}
    assert {"tokens of another model", "equal quality", "list prices"} <= counted & inferred


@settings(max_examples=60)
@given(BILLS, st.data())
def test_any_bill_is_a_page_whose_sums_hold(found: list[BillLine], data: st.DataObject) -> None:
    try:
        whole = analyse(read(found), QUESTION)
    except NothingSpentError:
        return
    for breakdown in whole.breakdowns:
        assert sum(row.pico for row in breakdown.rows) == whole.total_pico
    assert sum(amount for _, amount in whole.trend.days) == whole.total_pico
    shuffled = data.draw(st.permutations(found))
    assert to_json(analyse(read(shuffled), QUESTION)) == to_json(whole)


@settings(max_examples=30)
@given(BILLS)
def test_the_order_of_the_files_moves_no_number(found: list[BillLine]) -> None:
    turned = tuple(reversed(SOURCES))
    moved = [replace(line, source=len(SOURCES) - 1 - line.source) for line in found]
    try:
        one, other = (
            analyse(bill, QUESTION) for bill in (read(found), Reading(tuple(moved), turned))
        )
    except NothingSpentError:
        return

    assert replace(other, sources=one.sources) == one


@pytest.mark.parametrize("dollars", ["0", "0.01", "-40", "1000000000"])
def test_no_amount_is_too_small_or_too_large(dollars: str) -> None:
    found = stated(dollars, "gpt-5-mini")

    assert found.total_pico == pico(dollars)
    assert to_json(found)
    if found.ceiling is not None:
        assert found.ceiling.net.low <= found.ceiling.net.central <= found.ceiling.net.high


def many(models: list[str], projects: int) -> Reading:
    lines = [
        usage(
            models[n % len(models)],
            Tokens(1_000 + n, n % 700, output=500 + n % 300),
            day=DAY - timedelta(days=n % 60),
            project=f"p{n % projects}",
            key=f"k{n % 97}",
            requests=1 + n % 9,
        )
        for n in range(20_000)
    ]
    source = BillSource("u.json", "usages", "u", lines[0].role, "api", "UTC", len(lines))
    return Reading(tuple(lines), (source,))


@pytest.mark.parametrize(
    ("models", "projects"),
    [
        (["gpt-5-mini", "gpt-5", "gpt-4o", "gpt-4.1-mini", "o3", "gpt-5-nano"], 50),
        ([f"mystery-{n}" for n in range(5_000)], 5_000),
    ],
)
def test_twenty_thousand_lines_take_seconds(models: list[str], projects: int) -> None:
    one = many(models, projects)
    began = time.process_time()
    analyse(one, Question(TODAY, FACTS))

    # A second or two alone; coverage and a busy machine take their part.
    assert time.process_time() - began < 6.0


def test_a_seed_makes_the_same_page_twice_and_another_another_range() -> None:
    ranges = []
    for seed in (1, 1, 2):
        ceiling = stated("90000", "gpt-5-mini", seed=seed).ceiling
        assert ceiling is not None
        ranges.append(ceiling.gross)

    assert ranges[0] == ranges[1] != ranges[2]
    assert ranges[0].central == ranges[2].central


def test_a_price_that_changes_within_the_span_is_that_of_each_day() -> None:
    # o3 fell to a fifth on 10 June 2025.
    tokens = Tokens(MILLION)
    lines = [usage("o3", tokens, day=date(2025, 6, day)) for day in (8, 9, 10, 11)]

    assert page(*lines).total_pico == pico("24")
