"""The answer in a sentence, and the figures in it."""

from __future__ import annotations

import pytest

from equipoise.decisions.amounts import chance, count, dollars, percent
from equipoise.decisions.decide import decide
from equipoise.domain.evidence import Standing
from equipoise.domain.workload import DataClass

from .cases import DAY_MS, Ask, Entrant, claude, gpt, hosted, large, make_case, small


def answer(*entrants: Entrant, ask: Ask | None = None) -> str:
    return decide(make_case(*entrants, ask=ask), seed=1).answer


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4, "0.4"),
        (1, "1"),
        (9.6, "9.6"),
        (940, "940"),
        (946, "950"),
        (996, "1,000"),
        (31_234, "31,000"),
        (949_999, "950,000"),
        (999_499, "1 M"),
        (1_250_000, "1.2 M"),
        (3_100_000, "3.1 M"),
        (12_345_678, "12 M"),
        (99_700_000, "100 M"),
        (123_456_789, "120 M"),
        (1e10, "10,000 M"),
    ],
)
def test_a_volume_is_written_in_two_digits(value: float, text: str) -> None:
    assert count(value) == text


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (31_234, 30_000, "31,000"),
        (31_234, 31_100, "31,200"),
        (31_234, 31_230, "31,234"),
        (30_960, 31_000, "30,960"),
        (1_004_999, 1_000_000, "1.005 M"),
        (5, 5, "5"),
    ],
)
def test_a_volume_is_written_on_its_own_side_of_another(
    value: float, beside: float, text: str
) -> None:
    assert count(value, beside) == text


@pytest.mark.parametrize(
    ("value", "asked", "text"),
    [
        (0.6415, 0.8, "64%"),
        (0.7996, 0.8, "79.96%"),
        (0.798, 0.8, "79.8%"),
        (0.8, 0.8, "80%"),
        (0.8004, 0.8, "80%"),
        (0.8252, 0.825, "83%"),
        (0.8248, 0.825, "82%"),
        (1.0, 0.8, "100%"),
        (0.0, 0.8, "0%"),
    ],
)
def test_a_chance_never_reads_as_enough_where_it_is_not(
    value: float, asked: float, text: str
) -> None:
    assert chance(value, asked) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.85, "85%"), (0.875, "87.5%"), (1.0, "100%"), (0.90909, "90.9%"), (0.0, "0%")],
)
def test_a_rate_is_written_in_three_digits(value: float, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(18_400.4, "$18,400"), (3.5, "$3.50"), (0.0021, "$0.0021"), (0.0, "$0")]
)
def test_an_amount_has_the_digits_that_its_size_is_worth(value: float, text: str) -> None:
    assert dollars(value) == text


def test_a_decided_answer_reads_like_this() -> None:
    assert answer(small("ours", 396), gpt("gpt", 372), ask=Ask(incumbent="gpt")) == (
        "Run open weights ourselves: local/smollm2-135m-instruct (open weights, run by us, as "
        "ours), for about $1,062 a month ($1,025 to $1,092); 396 of 400 answers were accepted (98% "
        "to 100%). It is the cheapest way that is good enough in 100% of simulations; 80% were "
        "asked for."
    )


def test_an_undecided_answer_reads_like_this() -> None:
    assert answer(small("ours", 390), gpt("gpt", 388)) == (
        "Undecided: ours is good enough, but is the cheapest in only 55% of simulations where 80% "
        "are asked for. Next: label 400 more items and ask them too, for about $0.317."
    )


@pytest.mark.parametrize(
    ("entrants", "ask", "start"),
    [
        ((gpt("gpt", 396),), Ask(), "Use a commercial model as it is: openai/gpt-4.1-mini ("),
        ((gpt("gpt", 396),), Ask(incumbent="gpt"), "Stay with what is in use today: openai/"),
        ((small("old", 396),), Ask(incumbent="old"), "Stay with what is in use today: local/"),
        (
            (gpt("gpt", 396),),
            Ask(incumbent="gpt", latency_ms=DAY_MS),
            "Stay with what is in use today, used more cheaply: openai/",
        ),
        (
            (gpt("gpt", 396),),
            Ask(latency_ms=DAY_MS),
            "Use a commercial model more cheaply: openai/",
        ),
        (
            (gpt("gpt", 300), claude("claude", 396)),
            Ask(incumbent="gpt"),
            "Change to another commercial model: anthropic/",
        ),
        (
            (gpt("gpt", 300), claude("claude", 396)),
            Ask(incumbent="gpt", latency_ms=DAY_MS),
            "Change to another commercial model: anthropic/",
        ),
        (
            (hosted("open", 396),),
            Ask(incumbent="gone"),
            "Use open weights hosted by a vendor: groq/",
        ),
    ],
)
def test_an_answer_orders_what_the_plan_is_and_nobody_stays_with_what_is_not_in_use(
    entrants: tuple[Entrant, ...], ask: Ask, start: str
) -> None:
    assert answer(*entrants, ask=ask).startswith(start)


def test_a_discount_is_named() -> None:
    assert "as gpt); batches, for about $" in answer(gpt("gpt", 396), ask=Ask(latency_ms=DAY_MS))


def test_a_split_names_both_targets_with_their_shares() -> None:
    ask = Ask(rejected_usd=0.0, own_fte=0.0, vendor_fte=0.0, peak=20.0, requests=30_000_000)
    text = answer(small("ours", 396, seconds=1.0), gpt("gpt", 396), ask=ask)

    assert text.startswith("Split the load between our own machines and a vendor: ")
    assert "% on local/smollm2-135m-instruct (open weights, run by us, as ours) and " in text
    assert "% on openai/gpt-4.1-mini (closed weights, run by its vendor, as gpt); " in text
    assert text.count("396 of 400 answers were accepted") == 2


def test_small_sums_are_not_rounded_to_nothing() -> None:
    ask = Ask(requests=10, vendor_fte=0.0, rejected_usd=0.0)

    assert "for about $0.00384 a month" in answer(gpt("gpt", 396), ask=ask)


def test_an_answer_says_when_nobody_was_shown_to_be_good_enough_and_who_leads_on_what() -> None:
    guessed = answer(gpt(assumed=(0.9, 1.0)))
    measured = answer(gpt("gpt", 53, items=60))
    unknown = answer(gpt())

    start = "Undecided: no candidate that may be used has been shown to be good enough"
    assert guessed.startswith(f"{start}; on assumptions alone, gpt would be cheapest most often. ")
    assert measured.startswith(f"{start}; by what was measured so far, gpt would be cheapest ")
    assert unknown.startswith(f"{start}. Next: ask the same 60 items of gpt, for about $0.0")


def test_an_answer_does_not_call_a_proven_leader_an_assumption() -> None:
    # The fewer the items, the wider the draws: the dearest of three wins most often.
    decision = decide(
        make_case(
            small("ours", 387),
            hosted("theirs", 387),
            gpt("gpt", 58, items=60),
            ask=Ask(own_fte=0.05),
        ),
        1,
    )
    leader = max(decision.plans[:-1], key=lambda plan: plan.chance_best or 0.0)

    assert (leader.shares[0].candidate, leader.proven) == ("gpt", True)
    assert leader.chance_best == decision.confidence
    assert decision.answer.startswith("Undecided: theirs is good enough, but is the cheapest in ")
    assert "would be cheapest most often" not in decision.answer


@pytest.mark.parametrize("accepted", [396, 340])
def test_an_answer_says_that_what_is_in_use_today_fails(accepted: int) -> None:
    ask = Ask(incumbent="gpt", data_class=DataClass.RESTRICTED)
    text = answer(gpt("gpt", 396), small("ours", accepted), ask=ask)

    assert " gpt is in use today and fails on data_class." in text


def test_an_answer_says_what_to_do_where_the_bar_cannot_be_measured() -> None:
    ask = Ask(below=("gpt", 0.05), data_class=DataClass.RESTRICTED)
    text = answer(gpt(), large("ours", 396, standing=Standing.OPEN), ask=ask)

    assert text.endswith("may not be asked: set a quality floor instead.")
