"""Payback: by hand, by brute force, and never where it never is."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.economics.drift import Drift
from equipoise.economics.payback import Outcome, Payback, Stream, payback

RATIO = st.floats(0.1, 1.5)
USD = st.floats(1, 1e5)


def saved(months: float, start: float, own: Stream, api: Stream) -> float:
    """Savings after so many months, by the midpoints of small steps."""
    steps = 4_000
    width = months / steps
    middles = [(n + 0.5) * width for n in range(steps)]
    return -start + width * sum(
        api.usd_per_month * float(api.price.factor(m))
        - own.usd_per_month * float(own.price.factor(m))
        for m in middles
    )


def test_ten_thousand_at_a_thousand_a_month_saved_takes_ten_months() -> None:
    found = payback(10_000.0, Stream(500.0), Stream(1_500.0))

    assert found.outcome is Outcome.PAYS_BACK
    assert found.months == pytest.approx(10.0)
    assert found.most_usd is None
    assert found.sentence == "It pays back after 10.0 months."


def test_a_price_that_halves_every_year_never_covers_more_than_its_sum() -> None:
    # $1,000 a month halving every year comes to 12,000/ln 2 = $17,312 for ever.
    api = Stream(1_000.0, Drift(0.5))
    assert payback(17_300.0, Stream(0.0), api).outcome is Outcome.PAYS_BACK
    found = payback(17_400.0, Stream(0.0), api)

    assert found.outcome is Outcome.NEVER
    assert found.months is None
    assert found.most_usd == pytest.approx(12_000 / log(2))
    assert "would come to $17,312 in all" in found.sentence


def test_savings_that_end_before_the_start_is_covered_never_cover_it() -> None:
    found = payback(10_000.0, Stream(500.0), Stream(1_000.0, Drift(0.5)))

    # The API is cheaper than running from month 12 on; until then $2,656 are saved.
    assert found.outcome is Outcome.NEVER
    assert "ends before the $10,000" in found.sentence


def test_where_the_api_is_cheaper_from_the_start_nothing_comes_back() -> None:
    found = payback(1.0, Stream(500.0), Stream(400.0))

    assert found.outcome is Outcome.NEVER
    assert "running our own costs $500 a month and the API $400" in found.sentence


def test_zero_volume_saves_nothing() -> None:
    found = payback(1_000.0, Stream(100.0), Stream(0.0))

    assert found == Payback(
        Outcome.NEVER,
        None,
        0.0,
        "It never pays back: nothing is spent on the API that could be saved.",
    )


def test_without_a_start_it_saves_at_once() -> None:
    assert payback(0.0, Stream(1.0), Stream(2.0)).outcome is Outcome.AT_ONCE
    assert payback(0.0, Stream(2.0), Stream(1.0)).outcome is Outcome.NEVER


def test_a_rise_of_the_api_in_a_year_is_waited_for() -> None:
    found = payback(1_200.0, Stream(100.0), Stream(100.0, Drift(1.0, ((12.0, 2.0),))))

    assert found.months == pytest.approx(24.0)


def test_rents_that_fall_faster_pay_back_later_even_if_dearer_now() -> None:
    own, api = Stream(1_000.0, Drift(0.5)), Stream(800.0)
    found = payback(0.0, own, api)

    assert found.months is not None
    assert saved(found.months, 0.0, own, api) == pytest.approx(0.0, abs=1.0)
    assert saved(found.months * 0.9, 0.0, own, api) < 0


def test_interest_makes_it_later_and_may_make_it_never() -> None:
    plain = payback(10_000.0, Stream(0.0), Stream(100.0))
    dear = payback(10_000.0, Stream(0.0), Stream(100.0), interest_per_year=0.05)

    assert plain.months == pytest.approx(100)
    assert dear.months is not None
    assert dear.months > 100
    assert payback(10_000.0, Stream(0.0), Stream(100.0), 0.2).outcome is Outcome.NEVER


@pytest.mark.parametrize(
    ("own", "api", "outcome"),
    [
        # Both rise for ever: whose rise is faster, or whose price is higher, decides.
        (Stream(1.0, Drift(1.1)), Stream(1.0, Drift(1.2)), Outcome.PAYS_BACK),
        (Stream(1.0, Drift(1.2)), Stream(2.0, Drift(1.1)), Outcome.NEVER),
        (Stream(1.0, Drift(1.1)), Stream(2.0, Drift(1.1)), Outcome.PAYS_BACK),
        (Stream(2.0, Drift(1.1)), Stream(1.0, Drift(1.1)), Outcome.NEVER),
    ],
)
def test_where_both_rise_for_ever_the_faster_rise_decides(
    own: Stream, api: Stream, outcome: Outcome
) -> None:
    assert payback(1e6, own, api).outcome is outcome


def test_the_nearer_the_start_is_to_all_there_is_the_longer_it_takes() -> None:
    api = Stream(100.0, Drift(0.5))  # 1,200/ln 2 = $1,731 in all
    waits = [payback(share * 1_200 / log(2), Stream(0.0), api).months for share in (0.5, 0.9, 0.99)]

    # Half of it in the first year, nine tenths when a tenth is left: log2(10) years.
    assert waits == pytest.approx([12.0, 12 * log(10) / log(2), 12 * log(100) / log(2)])


@given(USD, USD, USD, RATIO, RATIO)
@settings(max_examples=60)
def test_at_payback_what_was_saved_is_what_was_spent(
    start: float, ours: float, theirs: float, own_ratio: float, api_ratio: float
) -> None:
    own, api = Stream(ours, Drift(own_ratio)), Stream(theirs, Drift(api_ratio))
    found = payback(start, own, api)
    assume(found.months is not None and 0.01 < found.months < 240)
    assert found.months is not None

    scale = start + found.months * (ours + theirs) * max(1.0, api_ratio, own_ratio) ** 20
    assert saved(found.months, start, own, api) == pytest.approx(0.0, abs=1e-3 * scale)


@given(USD, USD, USD, RATIO, RATIO)
@settings(max_examples=60)
def test_it_never_pays_back_if_and_only_if_savings_never_reach_the_start(
    start: float, ours: float, theirs: float, own_ratio: float, api_ratio: float
) -> None:
    own, api = Stream(ours, Drift(own_ratio)), Stream(theirs, Drift(api_ratio))
    found = payback(start, own, api)
    highest, months, total = -start, 0.0, -start
    for month in range(12 * 80):
        total += theirs * api_ratio ** ((month + 0.5) / 12)
        total -= ours * own_ratio ** ((month + 0.5) / 12)
        if total > highest:
            highest, months = total, month + 1.0
    assume(abs(highest) > 0.01 * (start + months * max(ours, theirs)))
    assume(found.months is None or found.months < 12 * 79)

    assert (found.months is not None) == (highest > 0)


def test_amounts_below_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        payback(-1.0, Stream(1.0), Stream(1.0))
