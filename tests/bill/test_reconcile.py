"""Usage at dated prices beside what was invoiced: every charge is shown, nothing made to agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from equipoise.bill.counted import count
from equipoise.bill.page import Reconciliation
from equipoise.bill.reconcile import reconcile
from equipoise.bill.spend import spend
from equipoise.domain.bill import BillLine, ChargeKind, Tokens

from .readings import (
    DAY,
    INVOICE,
    LOG,
    MILLION,
    TODAY,
    USAGE,
    charge,
    counting,
    logged,
    pico,
    source,
    usage,
)
from .strategies import BILLS, SOURCES, read

SOURCES_HERE = (USAGE, INVOICE, LOG)
NEXT = DAY + timedelta(days=1)


def reconciled(*lines: BillLine) -> Reconciliation:
    counted = counting(*lines)
    return reconcile(counted, spend(counted), SOURCES_HERE)


def test_the_residual_is_what_list_prices_do_not_explain() -> None:
    found = reconciled(usage(), charge("6.50", "gpt-5-mini-2025-08-07"))
    (row,) = found.by_model

    assert (row.name, row.tokens) == ("gpt-5-mini", 10 * MILLION)
    assert (row.list_pico, row.invoiced_pico) == (pico("6"), pico("6.50"))
    assert row.residual_pico == pico("0.50")
    assert (found.compared, found.why) == (True, "")
    assert [(day.name, day.residual_pico) for day in found.by_day] == [("2026-11-01", pico("0.50"))]


def test_taxes_credits_and_storage_are_listed_by_name() -> None:
    found = reconciled(
        usage(),
        charge("6"),
        charge("1.2", "", kind=ChargeKind.TAX, sku="VAT"),
        charge("-5", "", kind=ChargeKind.CREDIT, sku="Promotion"),
        charge("0.3", ""),
    )

    assert [(row.name, row.pico) for row in found.unattributed] == [
        ("Promotion (credit)", pico("-5")),
        ("VAT (tax)", pico("1.2")),
        ("no description (usage)", pico("0.3")),
    ]


def test_days_of_which_no_usage_is_known_are_no_residual() -> None:
    found = reconciled(usage(), charge("6"), charge("9", day=NEXT))

    assert [row.residual_pico for row in found.by_model] == [0]
    assert [(row.name, row.pico) for row in found.unattributed] == [
        ("gpt-5-mini, on days of which no usage is known", pico("9"))
    ]
    assert [(row.name, row.list_pico, row.invoiced_pico) for row in found.by_day] == [
        ("2026-11-01", pico("6"), pico("6")),
        ("2026-11-02", None, pico("9")),
    ]


def test_an_invoice_that_states_quantities_is_checked_against_itself() -> None:
    found = reconciled(charge("7", tokens=Tokens(8 * MILLION, output=2 * MILLION)))

    assert [row.residual_pico for row in found.by_model] == [pico("1")]


def test_a_log_with_amounts_is_checked_against_its_own_tokens() -> None:
    found = reconciled(logged(dollars="5"), charge("2", "claude-sonnet-4-5", provider="anthropic"))

    assert [(row.provider, row.residual_pico) for row in found.by_model] == [
        ("openai", pico("-1")),
        ("anthropic", None),
    ]


def test_one_use_without_a_price_leaves_the_sum_unknown() -> None:
    audio = usage(tokens=Tokens(1, output=1), day=DAY)
    unknown = usage("text-embedding-3-small", Tokens(1, output=1))
    found = reconciled(audio, unknown, usage("text-embedding-3-small", Tokens(1)), charge("2"))
    rows = {row.name: row.list_pico for row in found.by_model}

    assert rows == {"gpt-5-mini": 2_250_000, "text-embedding-3-small": None}
    assert found.by_day[0].list_pico is None


def test_days_are_left_out_where_two_time_zones_cut_them() -> None:
    counted = counting(usage(), charge("6"))
    apart = (USAGE, source("costs.csv", zone="America/Los_Angeles"))
    found = reconcile(counted, spend(counted), apart)

    assert found.by_day == ()
    assert found.why == (
        "openai: usage and invoice cut days in different time zones, so days are left out"
    )


def test_it_says_what_is_missing_where_nothing_can_be_compared() -> None:
    only_usage, only_invoice = reconciled(usage()), reconciled(charge("3"))
    strangers = reconciled(charge("3"), usage("claude-sonnet-4-5", provider="anthropic"))

    assert only_usage.why == ("no export says what was invoiced: amounts are usage at list price")
    assert only_invoice.why == (
        "no export counts tokens: the invoiced amounts cannot be checked against prices"
    )
    assert strangers.why == "usage and invoice are of different vendors, or of different days"
    assert [row.invoiced_pico for row in only_invoice.by_model] == [pico("3")]
    assert not any(row.compared for row in (only_usage, only_invoice, strangers))


def test_what_has_no_price_is_named_with_its_tokens_or_requests() -> None:
    found = reconciled(usage("dall-e-9", Tokens(), requests=7), usage("mystery", Tokens(5)))

    assert [(row.name, row.tokens, row.requests) for row in found.unpriced] == [
        ("openai/mystery", 5, None),
        ("openai/dall-e-9", 0, 7),
    ]


def test_use_without_a_name_of_its_own_is_still_named() -> None:
    bare = replace(usage("", Tokens(5), provider=""), sku="")

    assert [row.name for row in reconciled(bare).unpriced] == ["unnamed vendor/no description"]


@given(BILLS)
def test_every_charge_stands_in_one_row_or_is_unattributed(found: list[BillLine]) -> None:
    counted = count(read(found), TODAY)
    page = reconcile(counted, spend(counted), SOURCES)
    invoiced = {line.provider for line in counted.invoice}
    charged = sum(line.cost_pico or 0 for line in counted.invoice)
    charged += sum(line.cost_pico or 0 for line in counted.log if line.provider not in invoiced)
    shown = sum(row.invoiced_pico or 0 for row in page.by_model)

    assert shown + sum(row.pico for row in page.unattributed) == charged
    assert len({(row.provider, row.name) for row in page.by_model}) == len(page.by_model)
