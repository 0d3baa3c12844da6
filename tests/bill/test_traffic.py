"""A month of each model: its tokens counted, metered beside the invoice, or inferred from money."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.bill.counted import count
from equipoise.bill.facts import DAYS_PER_MONTH
from equipoise.bill.metered import Metered, one_name, shared_out
from equipoise.bill.spend import Basis, Spent, explaining, spend
from equipoise.bill.traffic import PASSING, Month, Run, Traffic, less, traffic
from equipoise.domain.bill import BillLine, ChargeKind, Tier, Tokens

from .readings import (
    DAY,
    FACTS,
    MILLION,
    TODAY,
    charge,
    counting,
    daily,
    logged,
    month_of,
    rows,
    run,
    usage,
)
from .strategies import BILLS, read

NEXT = DAY + timedelta(days=1)


def test_a_month_is_scaled_from_its_days() -> None:
    assert Month(DAY, DAY, 10.0).factor == pytest.approx(3.04375)

    (week,) = rows(*daily(usage(requests=10), 7))
    assert week.spend_usd == pytest.approx(6 * DAYS_PER_MONTH)
    assert week.requests == pytest.approx(10 * DAYS_PER_MONTH)
    assert week.tokens.input == pytest.approx(8 * MILLION * DAYS_PER_MONTH, abs=1)


def test_a_steady_bill_is_the_same_month_whatever_its_span() -> None:
    spans = [rows(*daily(usage(), days))[0].spend_usd for days in (1, 9, 30, 300)]

    assert spans == pytest.approx([spans[0]] * 4)


def test_an_invoice_takes_its_tokens_from_the_usage_report() -> None:
    (row,) = month_of(charge("9"), usage(requests=5), logged(tokens=Tokens(1, output=1)))

    assert (row.spend_usd, row.tokens.total, row.requests) == (9.0, 10 * MILLION, 5.0)
    assert not row.inferred


def test_each_vendor_has_a_meter_of_its_own() -> None:
    """That one vendor has a usage report must not hide another's log."""
    found = month_of(
        charge("9"),
        usage(),
        charge("4", "claude-sonnet-4-5", provider="anthropic"),
        logged("claude-sonnet-4-5", Tokens(3, output=2), provider="anthropic"),
    )

    assert {row.billed: row.tokens.total for row in found} == {
        "gpt-5-mini": 10 * MILLION,
        "claude-sonnet-4-5": 5,
    }


def test_snapshots_of_one_model_are_one_and_their_tokens_are_counted_once() -> None:
    (row,) = month_of(charge("5"), charge("4", "gpt-5-mini-2025-08-07"), usage())

    assert (row.billed, row.spend_usd) == ("gpt-5-mini", 9.0)
    assert row.tokens.total == 10 * MILLION


def test_days_without_an_invoice_bring_their_own_tokens_and_no_others() -> None:
    (row,) = month_of(charge("6"), usage(), usage(day=NEXT))

    assert (row.spend_usd, row.tokens.total) == (12.0, 20 * MILLION)


def test_days_that_the_report_does_not_cover_are_like_those_that_it_does() -> None:
    """A report of one day must not stand for the tokens of three."""
    lines = (charge("6"), charge("9", day=NEXT), charge("3", day=DAY + timedelta(days=2)))
    (row,) = month_of(*lines, usage(requests=10))
    (part,) = rows(*lines, usage(project="shop"), by_project=True, days=DAYS_PER_MONTH)

    assert (row.tokens.total, row.requests, row.inferred) == (30 * MILLION, 30.0, False)
    assert (part.project, part.tokens.total, part.spend_usd) == ("shop", 30 * MILLION, 18.0)


def test_a_report_of_days_on_which_nothing_was_charged_tells_of_no_others() -> None:
    (row,) = month_of(charge("0"), charge("60", day=NEXT), usage())

    assert row.inferred
    assert row.tokens.total == 100 * MILLION


def test_where_only_money_is_known_tokens_follow_from_the_price() -> None:
    # At $0.25 and $2 a million, four fifths of them read: $0.60 a million.
    (row,) = month_of(charge("60"))

    assert row.inferred
    assert (row.tokens.input, row.tokens.output) == (80 * MILLION, 20 * MILLION)


def test_tokens_of_a_batch_follow_from_its_own_price() -> None:
    line = replace(charge("60"), tier=Tier.BATCH)
    (row,) = month_of(line)

    assert row.tokens.total == row.batched.total == 200 * MILLION


def test_tokens_follow_from_the_price_of_their_day() -> None:
    dear, cheap = (
        month_of(charge("160", "o3", day=day))[0] for day in (date(2025, 6, 9), date(2025, 6, 10))
    )

    assert cheap.tokens.total == 5 * dear.tokens.total == 50 * MILLION


def test_an_amount_of_which_part_has_tokens_infers_only_the_rest() -> None:
    (row,) = month_of(charge("60"), logged(day=NEXT))

    assert row.inferred
    assert row.tokens.total == 110 * MILLION


@pytest.mark.parametrize("line", [charge("5", "no-such-model"), charge("-5"), charge("0")])
def test_nothing_is_inferred_from_what_has_no_price_or_no_amount(line: BillLine) -> None:
    (row,) = month_of(line)

    assert (row.tokens.total, row.inferred, row.generates) == (0, False, False)


def test_requests_that_only_part_of_the_lines_count_stand_for_the_rest_too() -> None:
    (row,) = month_of(usage(requests=100), usage(day=NEXT))

    assert row.requests == pytest.approx(200)
    assert row.tokens_per_request == pytest.approx(100_000)


def test_no_requests_are_no_count_of_requests() -> None:
    (row,) = month_of(usage(requests=0))

    assert (row.requests, row.tokens_per_request) == (None, None)


def test_a_discount_lowers_what_use_costs_and_a_credit_does_not() -> None:
    lines = [charge("100"), charge("-20", "", kind=ChargeKind.DISCOUNT)]
    passing = [charge("-70", "", kind=kind) for kind in PASSING]

    assert month_of(*lines)[0].spend_usd == pytest.approx(80)
    assert month_of(*lines, *passing)[0].spend_usd == pytest.approx(80)


def test_a_discount_on_one_model_is_that_models_alone() -> None:
    found = month_of(
        charge("100", "gpt-5"),
        charge("100"),
        charge("-50", kind=ChargeKind.DISCOUNT),
        charge("-15", "", kind=ChargeKind.DISCOUNT),
        charge("40", "claude-sonnet-4-5", provider="anthropic"),
    )
    spent = {row.billed: row.spend_usd for row in found}

    # $150 are left of $200 after the model's own; the vendor's tenth is shared by what is left.
    assert spent == pytest.approx({"gpt-5": 90, "gpt-5-mini": 45, "claude-sonnet-4-5": 40})


def test_a_discount_on_a_model_without_use_is_the_vendors() -> None:
    lines = (charge("100"), charge("-10", "gpt-5", kind=ChargeKind.DISCOUNT))

    assert month_of(*lines)[0].spend_usd == pytest.approx(90)


def test_a_discount_above_all_use_leaves_nothing_and_never_less() -> None:
    lines = (charge("10"), charge("-30", "", kind=ChargeKind.DISCOUNT))

    assert month_of(*lines)[0].spend_usd == 0.0


def test_tax_credits_and_purchases_move_nobody() -> None:
    extra = [
        charge("50", "gpt-5-mini", kind=kind)
        for kind in (ChargeKind.TAX, ChargeKind.CREDIT, ChargeKind.PURCHASE, ChargeKind.OTHER)
    ]

    assert month_of(charge("10"), *extra)[0].spend_usd == 10.0


def test_the_month_leaves_out_what_is_paid_once() -> None:
    found = run(
        charge("10"),
        charge("1", "", kind=ChargeKind.TAX),
        charge("-4", "", kind=ChargeKind.CREDIT),
        charge("500", "", kind=ChargeKind.PURCHASE),
        days=DAYS_PER_MONTH,
    )

    assert found.monthly_usd == 11.0
    assert found.passing_usd(ChargeKind.CREDIT) == -4.0


def test_the_paid_share_is_what_is_paid_for_a_dollar_at_list() -> None:
    half, full, more = (
        month_of(charge(dollars), usage())[0].paid_share for dollars in ("3", "6", "9")
    )

    assert (half, full, more) == (0.5, 1.0, 1.0)
    assert month_of(charge("3", "no-such-model"))[0].paid_share == 1.0


def test_a_cost_elsewhere_keeps_batches_in_batches() -> None:
    (row,) = month_of(
        usage(tokens=Tokens(4 * MILLION)), usage(tokens=Tokens(4 * MILLION), tier=Tier.BATCH)
    )

    assert row.spend_usd == pytest.approx(1.5)
    assert row.cost_at("openai", "gpt-5-mini", TODAY) == pytest.approx(1.5)
    assert row.paid_share == 1.0
    assert row.cost_at("openai", "no-such-model", TODAY) is None


def test_a_price_that_lacks_a_kind_of_token_costs_nobody_knows_what() -> None:
    (row,) = month_of(usage())

    assert row.cost_at("openai", "text-embedding-3-small", TODAY) is None


def test_a_model_of_the_responses_interface_writes_text_too() -> None:
    assert month_of(charge("9", "o3-pro"))[0].generates


@pytest.mark.parametrize("model", ["gpt-image-1", "text-embedding-3-small"])
def test_images_and_embeddings_are_no_text_that_is_written(model: str) -> None:
    (row,) = month_of(charge("9", model))

    assert not row.writes
    assert not row.generates


def test_projects_of_an_invoice_come_from_the_report_and_are_the_whole() -> None:
    found = rows(
        charge("10"),
        usage(tokens=Tokens(6 * MILLION), project="shop"),
        usage(tokens=Tokens(3 * MILLION), project="lab"),
        usage(tokens=Tokens(3 * MILLION)),
        by_project=True,
        days=DAYS_PER_MONTH,
    )

    assert {row.project: row.spend_usd for row in found} == {"shop": 5.0, "lab": 2.5, "": 2.5}
    assert {row.project: row.tokens.input for row in found} == {
        "shop": 6 * MILLION,
        "lab": 3 * MILLION,
        "": 3 * MILLION,
    }


def test_projects_that_only_the_invoice_knows_have_tokens_by_what_they_cost() -> None:
    lines = (charge("7", project="shop"), charge("3", project="lab"), usage(project="proj_1"))
    found = rows(*lines, by_project=True, days=DAYS_PER_MONTH)

    assert {row.project: row.tokens.total for row in found} == {
        "shop": 7 * MILLION,
        "lab": 3 * MILLION,
    }


def test_a_project_that_was_credited_has_no_part_of_the_tokens() -> None:
    lines = (charge("7", project="shop"), charge("-1", project="lab"), usage(project="proj_1"))
    found = rows(*lines, by_project=True, days=DAYS_PER_MONTH)

    assert {row.project: row.tokens.total for row in found}["lab"] == 0


def test_an_invoice_that_states_quantities_is_cut_with_them() -> None:
    stated = charge("9", tokens=Tokens(100, output=50))
    lines = (stated, logged(tokens=Tokens(2), project="a"), logged(tokens=Tokens(1), project="b"))
    found = rows(*lines, by_project=True, days=DAYS_PER_MONTH)

    assert {row.project: row.tokens for row in found} == {
        "a": Tokens(66, output=33),
        "b": Tokens(34, output=17),
    }


def test_a_report_without_a_price_tells_no_share() -> None:
    lines = (charge("9", "no-such-model"), usage("no-such-model", project="a"))
    (row,) = rows(*lines, by_project=True, days=DAYS_PER_MONTH)

    assert (row.project, row.spend_usd) == ("", 9.0)


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**9)), min_size=1, max_size=6),
)
def test_sharing_out_neither_makes_nor_loses_a_picodollar(
    amount: int, uses: list[tuple[str, int]]
) -> None:
    line = charge("1")
    beside = [usage(tokens=Tokens(count), project=project) for project, count in uses]
    metered = Metered.of(explaining(counting(line, *beside)))
    pieces = shared_out([Spent(line, amount, Basis.INVOICED)], metered)

    assert sum(piece.pico for piece in pieces) == amount


@given(BILLS)
def test_all_projects_together_are_all_traffic(found: list[BillLine]) -> None:
    counted = count(read(found), TODAY)
    whole_run = Run(spend(counted), counted, Month(DAY, TODAY, 24.0))
    whole, apart = (traffic(whole_run, FACTS, by_project=by) for by in (False, True))

    def spent(of: tuple[Traffic, ...]) -> dict[tuple[str, str], float]:
        sums: dict[tuple[str, str], float] = defaultdict(float)
        for row in of:
            sums[row.provider, one_name(row.provider, row.billed)] += row.spend_usd
        return sums

    assert spent(apart) == pytest.approx(spent(whole), rel=1e-9, abs=1e-6)


def test_one_name_is_the_catalogs_then_the_lists_then_the_bills() -> None:
    assert one_name("openai", "gpt-5-mini-2025-08-07") == "gpt-5-mini"
    assert one_name("openai", "text-embedding-3-small") == "text-embedding-3-small"
    assert one_name("openai", "ft:gpt-4.1-mini:acme::x") == "ft:gpt-4.1-mini:acme::x"


def test_what_is_left_of_tokens_is_never_below_nothing() -> None:
    assert less(Tokens(5, output=2), Tokens(3, output=4)) == Tokens(2)
