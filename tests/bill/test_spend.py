"""What is spent, to the last picodollar: golden amounts by hand, and parts that are the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given

from equipoise.bill.counted import count
from equipoise.bill.spend import breakdowns, coverage, listed_cost, log_notes, spend
from equipoise.domain.bill import BillLine, ChargeKind, Role, Tier, Tokens

from .readings import (
    DAY,
    MILLION,
    TODAY,
    charge,
    counting,
    logged,
    parts,
    pico,
    source,
    usage,
)
from .strategies import BILLS, read


@pytest.mark.parametrize(
    ("line", "dollars"),
    [
        # A million tokens each at $0.25, $0.025 and $2.
        (usage(tokens=Tokens(MILLION, MILLION, output=MILLION)), "2.275"),
        # Half of it in batches, also on a day before the list says so.
        (usage(tokens=Tokens(MILLION, output=MILLION), tier=Tier.BATCH), "1.125"),
        (usage(tokens=Tokens(MILLION), tier=Tier.BATCH, day=date(2026, 9, 1)), "0.125"),
        (usage(tokens=Tokens(MILLION), tier=Tier.PRIORITY), "0.45"),
        # Claude's cache: $0.30 read, $3.75 written for five minutes, $6 for an hour.
        (
            usage(
                "claude-sonnet-4-5-20250929",
                Tokens(0, MILLION, 2 * MILLION, 3 * MILLION, MILLION // 10),
                provider="anthropic",
            ),
            "27.30",
        ),
        # o3 fell from $10 and $40 to $2 and $8 on 10 June 2025.
        (usage("o3", Tokens(MILLION, output=MILLION), day=date(2025, 6, 9)), "50"),
        (usage("o3", Tokens(MILLION, output=MILLION), day=date(2025, 6, 10)), "10"),
        (usage("text-embedding-3-small", Tokens(1)), "0.00000002"),
    ],
)
def test_usage_costs_what_the_list_of_its_day_asks(line: BillLine, dollars: str) -> None:
    assert listed_cost(line) == pico(dollars)


def test_long_prompts_have_a_price_of_their_own() -> None:
    line = usage("claude-sonnet-4-5", Tokens(MILLION, output=MILLION), provider="anthropic")

    assert listed_cost(line) == pico("18")
    assert listed_cost(replace(line, long_context=True)) == pico("28.50")


def test_an_invoice_comes_before_the_usage_that_it_bills() -> None:
    found = spend(counting(charge("3"), usage(), logged(dollars="9")))

    assert found.total_pico == pico("3")
    assert [row.basis for row in found.spent] == ["invoiced"]


def test_usage_counts_on_days_that_no_invoice_covers() -> None:
    later = DAY + timedelta(days=1)
    found = spend(counting(charge("3"), usage(), usage(day=later), logged(dollars="9", day=later)))

    # 8 million tokens read at $0.25 and 2 million written at $2.
    assert found.total_pico == pico("3") + pico("6")


def test_an_invoice_covers_the_days_between_its_first_and_its_last() -> None:
    lines = (charge("1"), charge("1", day=DAY + timedelta(days=4)), usage(day=DAY + timedelta(2)))

    assert spend(counting(*lines)).total_pico == pico("2")
    assert not coverage([charge("1")]).holds(usage(provider="anthropic"))


def test_a_log_states_its_own_cost_or_is_priced() -> None:
    found = spend(counting(logged(dollars="1.5"), logged(tokens=Tokens(MILLION))))

    assert sorted(row.basis for row in found.spent) == ["listed", "stated"]
    assert found.total_pico == pico("1.75")


def test_what_has_no_price_is_unknown_and_not_nothing() -> None:
    images = usage("dall-e-9", Tokens(), requests=7)
    found = spend(counting(usage("no-such-model"), images, usage("", Tokens())))

    assert (found.spent, found.total_pico) == ((), 0)
    assert set(found.unpriced) == {usage("no-such-model"), images}


def test_an_invoice_without_projects_takes_them_from_the_usage_report() -> None:
    lines = (
        charge("7"),
        usage(tokens=Tokens(8 * MILLION), project="shop", requests=4),
        usage(tokens=Tokens(MILLION), requests=1),
        usage("no-such-model", Tokens(5), project="lab"),
    )
    counted = counting(*lines)
    found = breakdowns(spend(counted), counted, None)
    (projects,) = [row for row in found if row.dimension == "project"]

    # $2 at list price for the shop; what is not explained has no name, and no token is lost.
    assert parts(found, "project") == {"shop": pico("2"), "": pico("5")}
    assert [(row.tokens, row.requests) for row in projects.rows] == [
        (MILLION + 5, 1),
        (8 * MILLION, 4),
    ]
    assert parts(found, "model") == {"gpt-5-mini": pico("7")}


def test_a_month_without_an_invoice_does_not_hide_what_another_was_for() -> None:
    later = DAY + timedelta(days=1)
    counted = counting(
        charge("2"),
        usage(tokens=Tokens(8 * MILLION), project="shop"),
        usage(day=later, project="lab"),
    )

    assert parts(breakdowns(spend(counted), counted, None), "project") == {
        "lab": pico("6"),
        "shop": pico("2"),
        "": 0,
    }


def test_names_come_from_a_log_where_no_report_tells() -> None:
    counted = counting(charge("3"), logged(tokens=Tokens(4 * MILLION), project="shop"))

    assert parts(breakdowns(spend(counted), counted, None), "project") == {
        "": pico("2"),
        "shop": pico("1"),
    }


def test_an_invoice_of_whose_use_nothing_has_a_name_stays_without_one() -> None:
    counted = counting(charge("3"), usage())

    assert parts(breakdowns(spend(counted), counted, "team"), "team") == {"": pico("3")}


@given(BILLS)
def test_the_parts_are_the_whole(found: list[BillLine]) -> None:
    counted = count(read(found), TODAY)
    spending = spend(counted)

    for breakdown in breakdowns(spending, counted, "team"):
        assert sum(row.pico for row in breakdown.rows) == spending.total_pico
        assert len({row.name for row in breakdown.rows}) == len(breakdown.rows)


@given(BILLS)
def test_the_total_is_what_an_independent_rule_says(found: list[BillLine]) -> None:
    """An invoice's rows at their amount; other rows where nothing before them tells of the day."""
    counted = count(read(found), TODAY)

    def told(lines: tuple[BillLine, ...], line: BillLine) -> bool:
        days: dict[int, list[date]] = {}
        for other in lines:
            if other.provider == line.provider:
                days.setdefault(other.source, []).append(other.day)
        return any(min(span) <= line.day <= max(span) for span in days.values())

    uncovered = tuple(line for line in counted.usage if not told(counted.invoice, line))
    logs = [line for line in counted.log if not told((*counted.invoice, *uncovered), line)]
    total = sum(line.cost_pico or 0 for line in counted.invoice)
    total += sum(listed_cost(line) or 0 for line in uncovered)
    for line in logs:
        total += line.cost_pico if line.cost_pico is not None else listed_cost(line) or 0

    assert spend(counted).total_pico == total


@given(BILLS)
def test_usage_beside_an_invoice_of_all_its_days_adds_nothing(found: list[BillLine]) -> None:
    ends = [DAY - timedelta(days=3), TODAY]
    cover = [
        replace(charge("1", provider=provider, day=day), source=2)
        for provider in ("openai", "anthropic", "nobody", "")
        for day in ends
    ]
    invoices = [*cover, *(line for line in found if line.role is Role.INVOICE)]
    alone, beside = (spend(count(read(lines), TODAY)) for lines in (invoices, [*cover, *found]))

    assert alone.total_pico == beside.total_pico


def test_every_kind_of_charge_is_part_of_what_is_spent() -> None:
    lines = [charge("2", "", kind=kind) for kind in ChargeKind]

    assert spend(counting(*lines)).total_pico == len(ChargeKind) * pico("2")


def test_a_log_of_days_that_a_report_covers_is_not_added_and_that_is_said() -> None:
    counted = counting(usage(), logged("o3"), logged("o3", day=DAY + timedelta(days=1)))
    (note,) = log_notes(counted, (source(), source("proxy.jsonl", Role.LOG)) * 2)

    assert note.kind == "covered"
    assert "1 row (" in note.text
    assert note.text.endswith("no report names o3")
