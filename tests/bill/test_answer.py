"""What a page comes down to: plain sentences, and "do not migrate" where that is the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from equipoise.bill.facts import Facts
from equipoise.bill.page import Advice, BillPage
from equipoise.domain.bill import ChargeKind, Tokens

from .readings import FACTS, MILLION, charge, daily, logged, page, stated, usage

LATER = date(2026, 11, 5)


def words(found: BillPage) -> str:
    return " ".join((found.answer, *found.reasons))


def test_a_small_bill_is_left_where_it_is() -> None:
    found = stated("100", "gpt-5-mini")

    assert found.advice is Advice.STAY
    assert found.answer == (
        "Do not migrate. Running open models ourselves would save nothing. The machines alone, "
        "with their spares, would cost $10,074 a month, more than the $100 they would replace."
    )


def test_forty_thousand_dollars_say_where_they_would_go() -> None:
    found = stated("40000", "gpt-5")

    assert found.advice is Advice.STAY_EXCEPT
    assert found.answer.startswith(
        "Do not migrate, except perhaps for what gpt-5 answers: minimax-m2.5 at "
    )
    assert "and 2 engineers at $200,000 a year would take $33,333: the people would cost more" in (
        found.answer
    )
    assert found.reasons[0].startswith("In eight cases of ten, running them ourselves would end be")
    assert (
        stated("40000", "gpt-5-mini")
        .reasons[0]
        .startswith("In eight cases of ten, running them ourselves would cost $")
    )


def test_an_exception_is_a_hosts_and_never_machines_that_nobody_runs() -> None:
    found = stated("20000", "claude-opus-4-5", "anthropic")

    assert found.advice is Advice.STAY_EXCEPT
    assert found.drafts[0].by_host
    assert "on our own" not in found.answer


def test_the_same_weights_at_another_host_need_no_condition() -> None:
    found = stated("5000", "llama-3.3-70b-versatile", "groq")

    assert ": llama-3.3-70b-instruct at novita, the same weights, could save at most $" in (
        found.answer
    )
    assert "quality" not in found.answer


def test_cents_are_no_zero_dollars() -> None:
    found = stated("0.01", "gpt-5-mini")

    assert "more than the cents they would replace" in found.answer
    assert "In eight cases of ten" not in words(found)


def test_hosts_that_pay_only_for_the_whole_are_an_exception_too() -> None:
    found = page(*[usage("gpt-5", project=f"p{n}", requests=1_000) for n in range(20)])

    assert found.advice is Advice.STAY_EXCEPT
    assert len(found.drafts) == 3
    assert found.answer.startswith(
        "Do not migrate, except perhaps to vendors that host open models: over the whole bill they "
        "could save at most $"
    )


def test_a_large_bill_is_worth_a_trial_and_a_cheaper_host_is_said_first() -> None:
    found = stated("300000", "claude-opus-4-5", "anthropic")

    assert found.advice is Advice.TRIAL
    assert found.answer.startswith("Worth a trial: of $300,000 a month, open models could save at")
    assert found.answer.endswith(" Try what claude-opus-4-5 answers first.")
    assert found.reasons[0].startswith("Of the $300,000 a month that could move, machines")


def test_a_huge_and_even_bill_is_best_run_by_ourselves() -> None:
    found = stated("1000000000", "gpt-5", facts=replace(FACTS, peak_to_mean=1.0))

    assert found.advice is Advice.TRIAL
    assert found.answer.startswith(
        "Worth a trial: running open models ourselves could save at most"
    )


def test_too_little_to_move_for_is_said() -> None:
    found = stated("50000", "claude-opus-4-5", "anthropic")
    assert found.ceiling is not None

    assert 0 < found.ceiling.net.central < 5_000
    assert ", too little for what moving takes. Of the $50,000 a month" in found.answer


def test_without_people_nobody_pays_more() -> None:
    found = stated("2000", "gpt-5-mini", facts=replace(FACTS, engineers=0.0))

    assert "engineer" not in words(found)
    assert found.answer.startswith("Do not migrate. Running open models ourselves would save noth")


def test_embeddings_and_images_are_left_as_they_are() -> None:
    found = page(charge("20", "gpt-image-1"), charge("5", "text-embedding-3-small"))

    assert found.advice is Advice.STAY
    assert found.answer == (
        "Do not migrate. Nothing on this bill is text that an open model of the catalog could "
        "write."
    )
    assert found.reasons[-1].endswith(
        " is for gpt-image-1 and text-embedding-3-small: the catalog has no open models for "
        "embeddings, images or sound, so that is left as it is."
    )


def test_a_model_that_only_read_wrote_no_text() -> None:
    found = page(usage(tokens=Tokens(10 * MILLION)))

    assert found.answer == (
        "Do not migrate. These exports count no text that an open model of the catalog could write."
    )


def test_requests_that_fit_nowhere_stay() -> None:
    found = page(usage(tokens=Tokens(10**10, output=9), requests=3))

    assert found.answer == (
        "Do not migrate. No open model of the catalog fits these requests on any machine it knows."
    )


def test_without_tokens_or_prices_there_is_no_answer() -> None:
    found = page(charge("900", "ft:gpt-4.1-mini:acme::x"), usage("mystery", Tokens(5), day=LATER))

    assert found.advice is Advice.UNKNOWN
    assert found.answer.startswith("No answer yet: these exports have no model of which both")
    assert " is for ft:gpt-4.1-mini:acme::x, of which neither tokens nor a list price" in words(
        found
    )
    assert "mystery has no known price and no invoice" in words(found)


def test_models_without_a_price_are_counted_and_not_all_named() -> None:
    found = page(*[usage(f"mystery-{n:02}", Tokens(5)) for n in range(8)])

    assert found.reasons[-1].startswith(
        "mystery-00, mystery-01, mystery-02, mystery-03, mystery-04 and 3 more have no known price"
    )


def test_a_name_of_ten_thousand_letters_does_not_fill_the_page() -> None:
    found = page(usage("x" * 10_000, Tokens(5)), charge("90", "y\n" * 5_000))

    assert max(map(len, found.reasons)) < 400


def test_what_is_paid_once_is_kept_out_of_the_month_and_said() -> None:
    passing = {
        ChargeKind.CREDIT: "$500 of credits are used up one day: the bill holds them,",
        ChargeKind.REFUND: "$500 of refunds put single charges right: the bill holds them,",
        ChargeKind.PURCHASE: "$500 of purchases in advance are paid whether used or not:",
    }
    for kind, sentence in passing.items():
        sign = "500" if kind is ChargeKind.PURCHASE else "-500"
        found = page(*daily(charge("10"), 10), charge(sign, "", kind=kind, day=date(2026, 11, 20)))

        assert found.reasons[-1].startswith(sentence)
        assert found.monthly_usd == pytest.approx(304.375)


def test_only_credits_leave_a_bill_below_nothing_and_no_answer() -> None:
    found = page(charge("-50", "", kind=ChargeKind.CREDIT))

    assert found.advice is Advice.UNKNOWN
    assert (found.total_pico < 0, found.monthly_usd) == (True, 0.0)


def test_a_rise_that_is_announced_is_said_and_never_called_a_saving() -> None:
    found = stated("20000", "gemini-4-argon", "google")

    assert (
        "Prices already announced will add $20,000 a month, whatever is decided: gemini-4-argon "
        "from 2026-12-01."
    ) in found.reasons


def test_a_cut_that_is_announced_is_said() -> None:
    found = page(charge("100", "gpt-5.6-luna", day=date(2026, 7, 1)))

    assert "Prices already announced will take off $2,435 a month" in words(found)


def test_two_ways_that_overlap_are_not_added() -> None:
    found = stated("300000", "claude-opus-4-5", "anthropic")

    assert (
        "Without migrating, prompt caching could save about $41,867 a month and batches $37,500; "
        "the two overlap."
    ) in found.reasons


def test_one_way_alone_overlaps_with_nothing() -> None:
    found = page(*daily(logged("claude-haiku-4-5", provider="anthropic", requests=100_000), 30))

    assert any(
        row.startswith("Without migrating, batches could save about") and row.endswith("a month.")
        for row in found.reasons
    )


PAGES = {
    "cents": lambda: stated("0.01", "gpt-5-mini"),
    "small": lambda: stated("500", "llama-3.3-70b-versatile", "groq"),
    "middle": lambda: stated("40000", "gpt-5-mini"),
    "large": lambda: stated("300000", "claude-opus-4-5", "anthropic"),
    "huge": lambda: stated("1000000000", "gpt-5"),
    "alone": lambda: stated("40000", "gpt-5-mini", facts=Facts(engineers=1)),
    "images": lambda: page(charge("20", "gpt-image-1")),
    "unknown": lambda: page(charge("20", "mystery")),
    "rise": lambda: stated("20000", "gemini-4-argon", "google"),
    "credits": lambda: page(charge("90"), charge("-50", "", kind=ChargeKind.CREDIT)),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_sentence_is_one(name: str) -> None:
    found = PAGES[name]()
    for sentence in (found.answer, *found.reasons):
        assert sentence[0].isupper() or sentence[0] in "$0123456789" or name == "unknown"
        assert sentence.endswith(".")
        for stumble in ("  ", "..", " ,", "$-", "−−", ", for of", "1 engineers", "nan", "inf "):
            assert stumble not in sentence
    assert len(set(found.reasons)) == len(found.reasons)
