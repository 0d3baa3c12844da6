"""A vendor's bill: by hand, exact in fractions, in lines that add up, never cheaper for more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.economics.api.commitment import (
    CommittedSpend,
)
from equipoise.economics.api.path import FEES, ApiPath
from equipoise.economics.api.use import Use
from equipoise.economics.draws import bounds
from equipoise.economics.drift import Drift
from equipoise.economics.path import total

from .vendors import CARD, PLAIN, SAMPLER, path, unsure

MakeVendor = Callable[..., ApiPath]
PRICES = st.integers(1, 10**9)
SHARES = st.floats(0, 1)
QUARTERS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


def pico(path: ApiPath, requests: int) -> Fraction:
    """The bill in picodollars, exactly."""
    card, use = path.card, path.use
    into, out, read, written = (
        Fraction(float(part))
        for part in (use.input_tokens, use.output_tokens, use.cached_share, use.written_share)
    )
    late = Fraction(use.batch_share)
    premium = Fraction(card.cache_write or card.input, card.input)
    usual, batched = (card.input, card.output), (card.batch_input, card.batch_output)
    bill = Fraction(0)
    for share, (price_in, price_out) in ((1 - late, usual), (late, batched)):
        if price_in is None or price_out is None:
            price_in, price_out = usual
        price_read = price_in if card.cached is None else min(card.cached, price_in)
        sent = (1 - read - written) * price_in + read * price_read + written * premium * price_in
        bill += share * (into * sent + out * price_out)
    return requests * bill * (1 + Fraction(float(use.retry_share)))


def fees(path: ApiPath, requests: float) -> float:
    return sum(line.usd for line in path.lines(requests) if line.kind in FEES)


def test_a_plain_request_by_hand() -> None:
    assert path().request_usd() == pytest.approx(1_000e-6 + 100 * 4e-6)
    assert path().tokens() == 1_100.0
    assert path().million_usd() == pytest.approx(0.0014 / 1_100 * 1e6)
    assert path().monthly(1e6) == pytest.approx(1_400 + 250)


def test_a_million_requests_of_gpt_41_mini_cost_what_the_page_says(vendor: MakeVendor) -> None:
    mini = vendor()  # 800 tokens in at $0.40 a million, 40 out at $1.60

    assert mini.request_usd() == pytest.approx(0.000384, rel=1e-15)
    assert fees(mini, 1_000_000) == pytest.approx(384.0, rel=1e-15)
    assert mini.monthly(1_000_000) == pytest.approx(634.0, rel=1e-15)
    assert pico(mini, 1_000_000) == 384 * PICO_PER_DOLLAR


@pytest.mark.parametrize(
    ("options", "dollars"),
    [
        ({}, 12.0),  # 10,000 × $1 + 400 × $5, a million
        ({"cached_share": 0.8}, 4.8),  # 2,000 × $1 + 8,000 × $0.10 + 400 × $5
        ({"batch_share": 1.0}, 6.0),
        ({"batch_share": 0.5}, 9.0),
        # 2,000 × $0.50 + 8,000 × $0.10 + 400 × $2.50
        ({"batch_share": 1.0, "cached_share": 0.8}, 2.8),
        ({"batch_share": 1.0, "batches": (None, None)}, 12.0),
        ({"cached_share": 0.8, "cached": None}, 12.0),
        # 5,000 × $1 + 5,000 × $1.25 + 400 × $5, and with half of it in batches
        ({"written_share": 0.5, "written": 1_250_000}, 13.25),
        ({"written_share": 0.5, "written": 1_250_000, "batch_share": 0.5}, 9.9375),
        ({"written_share": 0.5}, 12.0),
        ({"retry_share": 0.25}, 15.0),
    ],
)
def test_discounts_and_premiums_apply_to_what_they_are_for(
    vendor: MakeVendor, options: dict[str, object], dollars: float
) -> None:
    haiku = {
        "prices": (1_000_000, 5_000_000),
        "lengths": (10_000.0, 400.0),
        "batches": (500_000, 2_500_000),
    }
    made = vendor(**{**haiku, **options})

    assert fees(made, 1_000) == pytest.approx(dollars, rel=1e-14)
    assert float(pico(made, 1_000)) == pytest.approx(dollars * PICO_PER_DOLLAR, rel=1e-15)


@given(
    prices=st.tuples(PRICES, PRICES),
    cached=st.none() | PRICES,
    written=st.none() | PRICES,
    batches=st.just((None, None)) | st.tuples(PRICES, PRICES),
    thousands=st.tuples(st.integers(1, 200), st.integers(1, 60)),
    shares=st.tuples(QUARTERS, QUARTERS, QUARTERS, QUARTERS),
    requests=st.integers(0, 10**9),
)
def test_money_neither_appears_nor_vanishes(
    vendor: MakeVendor,
    prices: tuple[int, int],
    cached: int | None,
    written: int | None,
    batches: tuple[int, int] | tuple[None, None],
    thousands: tuple[int, int],
    shares: tuple[float, float, float, float],
    requests: int,
) -> None:
    lengths = (thousands[0] * 1_000.0, thousands[1] * 1_000.0)
    read, kept, late, again = shares
    made = vendor(
        prices,
        lengths,
        cached,
        batches,
        written,
        cached_share=read,
        written_share=min(kept, 1 - read),
        batch_share=late,
        retry_share=again,
    )

    exact = float(pico(made, requests))
    assert fees(made, requests) * PICO_PER_DOLLAR == pytest.approx(exact, rel=1e-13)
    assert made.request_usd() * requests * PICO_PER_DOLLAR == pytest.approx(exact, rel=1e-13)


def test_everything_a_vendor_counts_by_hand() -> None:
    use = replace(
        PLAIN,
        cached_share=0.5,
        written_share=0.1,
        batch_share=0.2,
        reasoning=3.0,
        tokenizer_ratio=1.1,
        retry_share=0.01,
    )
    now = 1_100 * (0.4 * 1.0 + 0.5 * 0.1 + 0.1 * 1.25) + 330 * 4.0
    late = 1_100 * (0.4 * 0.5 + 0.5 * 0.1 + 0.1 * 0.625) + 330 * 2.0
    mix = 0.8 * now + 0.2 * late

    assert path(use).request_usd() == pytest.approx(mix * 1e-6 * 1.01)
    lines = path(use).lines(1e5)
    assert [line.kind for line in lines] == [
        "input",
        "cached",
        "cache_write",
        "output",
        "retries",
        "people",
    ]
    assert sum(line.usd for line in lines) == pytest.approx(1e5 * mix * 1e-6 * 1.01 + 250)
    assert "20% of them in batches" in lines[0].basis
    assert "(thinking counted 3 times)" in lines[3].basis
    assert path(use).tokens() == 1_100.0  # our own: neither the vendor's count nor hidden ones


def test_a_batch_and_a_cache_do_not_simply_multiply() -> None:
    cached_late = path(replace(PLAIN, cached_share=1.0, batch_share=1.0)).request_usd()

    # The cache's own 0.1, not half of it.
    assert cached_late == pytest.approx((1_000 * 0.1 + 100 * 2.0) * 1e-6)


@given(SHARES, SHARES, SHARES, st.floats(1, 9), st.floats(0.5, 2), st.floats(0, 0.2))
@settings(max_examples=60)
def test_lines_add_up_to_the_month(
    cached: float, written: float, late: float, thinks: float, ratio: float, again: float
) -> None:
    made = path(
        Use(
            900.0,
            80.0,
            cached_share=cached / 2,
            written_share=written / 2,
            batch_share=late,
            reasoning=thinks,
            tokenizer_ratio=ratio,
            retry_share=again,
        ),
        commitment=CommittedSpend(5.0, 0.1) if again > 0.1 else None,
    )

    assert total(made.lines(1e4)) == pytest.approx(made.monthly(1e4), rel=1e-12)
    if made.commitment is None:
        assert made.monthly(1e4) == pytest.approx(1e4 * made.request_usd() + 250)


@given(st.floats(0, 1e12))
def test_people_stay_whatever_the_volume(vendor: MakeVendor, requests: float) -> None:
    made = vendor()
    lines = made.lines(requests)

    assert total(lines) == pytest.approx(made.monthly(requests), rel=1e-12)
    assert [line.usd for line in lines if line.kind == "people"] == [250.0]
    assert {line.kind for line in lines} <= {*FEES, "people"}
    assert made.monthly_draws(requests).min() >= 250.0


@given(
    PRICES, PRICES, st.none() | PRICES, SHARES, SHARES, st.sampled_from(["cached", "batch", "both"])
)
def test_more_from_the_cache_or_later_is_never_dearer(
    vendor: MakeVendor,
    price: int,
    batched: int,
    cached: int | None,
    one: float,
    other: float,
    what: str,
) -> None:
    batches = (min(price, batched), min(price, batched))
    made = vendor((price, price), cached=cached, batches=batches)
    names = {"cached": ["cached_share"], "batch": ["batch_share"]}.get(
        what, ["cached_share", "batch_share"]
    )
    less, more = (
        made.using(**dict.fromkeys(names, share)).request_usd() for share in sorted((one, other))
    )

    assert more <= less * (1 + 1e-12)


def test_other_shares_change_the_median_and_every_draw_alike(vendor: MakeVendor) -> None:
    made = vendor(cached_share=0.2)
    other = made.using(cached_share=0.5, batch_share=1.0)

    assert (made.use.cached_share, made.drawn.cached_share) == (0.2, 0.2)
    for use in (other.use, other.drawn):
        assert (use.cached_share, use.batch_share) == (0.5, 1.0)
    assert np.array_equal(other.drawn.tokenizer_ratio, made.drawn.tokenizer_ratio)
    assert replace(other, use=made.use, drawn=made.drawn) == made
    # 400 at $0.20 and 400 at $0.10 in, 40 at $0.80 out: what it costs anew, not on top.
    assert other.request_usd() == pytest.approx(400e-6 * 0.3 + 40e-6 * 0.8)
    assert other.monthly_draws(1e6) - 250 == pytest.approx(
        other.request_usd() * 1e6 * np.asarray(made.drawn.tokenizer_ratio)
    )


def test_the_basis_lets_a_reader_check_the_sum(vendor: MakeVendor) -> None:
    sent, answered, people = vendor().lines(1_000_000)
    fresh, cached, *_ = vendor(cached_share=0.5, batch_share=1.0).lines(1_000)

    assert sent.basis == "1,000,000 requests × 800.0 input tokens at $0.40 a million"
    assert answered.basis == "1,000,000 requests × 40.0 output tokens at $1.60 a million"
    assert fresh.basis == (
        "1,000 requests, 100% of them in batches × 400.0 input tokens at $0.20 a million"
    )
    assert cached.basis == (
        "1,000 requests, 100% of them in batches × 400.0 input tokens read from the cache "
        "at $0.10 a million"
    )
    assert (people.kind, people.usd, people.basis) == ("people", 250.0, "0.02 of an engineer")


def test_thinking_and_retries_are_never_free() -> None:
    assert path(replace(PLAIN, reasoning=3.0)).request_usd() == pytest.approx(0.0022)
    assert path(replace(PLAIN, retry_share=0.1)).request_usd() == pytest.approx(0.00154)


def test_draws_lie_around_the_month_and_agree_between_calls(
    vendor: MakeVendor, volumes: tuple[float, ...]
) -> None:
    made = vendor()
    for requests in volumes:
        drawn = made.monthly_draws(requests)
        assert np.median(drawn) == pytest.approx(made.monthly(requests), rel=0.02)
        assert np.array_equal(drawn, made.monthly_draws(requests))
    assert np.all(made.monthly_draws(2e6) >= made.monthly_draws(1e6))


def test_draws_spread_around_the_median_and_thinking_widens_them() -> None:
    calm = path(drawn=unsure(PLAIN, counted=True))
    wider = path(drawn=unsure(PLAIN))
    thinking = path(replace(PLAIN, reasoning=3.0), drawn=unsure(PLAIN, thinks=True))
    widths = []
    for one in (calm, wider, thinking):
        low, high = bounds(one.monthly_draws(1e6))
        widths.append(high / low)

    assert widths == sorted(set(widths))
    assert wider.monthly_draws(1e6).shape == (300,)


def test_without_uncertainty_every_draw_is_the_month() -> None:
    assert path().monthly_draws(1e6) == pytest.approx(np.full(300, 1_650.0))


def test_requests_may_be_drawn_themselves() -> None:
    requests = SAMPLER.lognormal("requests", 1e6, 0.5)

    assert path().monthly_draws(requests) == pytest.approx(
        [path().monthly(float(one)) for one in requests]
    )
    committed = path(commitment=CommittedSpend(1_000.0, 0.1))
    assert committed.monthly_draws(requests) == pytest.approx(
        [committed.monthly(float(one)) for one in requests]
    )


def test_announced_prices_become_steps() -> None:
    drift = path().announced(date(2026, 11, 24), yearly_ratio=0.9)

    ((month, ratio),) = drift.steps
    assert month == pytest.approx(91 / (365.25 / 12))
    assert ratio == pytest.approx(0.5)
    assert drift.yearly_ratio == 0.9


def test_an_announced_step_weighs_both_ways_by_what_is_asked_and_is_over_the_last() -> None:
    dearer_out = replace(
        CARD,
        changes=(("2027-01-01", 1_000_000, 8_000_000), ("2027-02-01", 500_000, 8_000_000)),
    )
    steps = path(card=dearer_out).announced(date(2026, 11, 24)).steps

    # $1,000 in and $400 out a million requests; then $800 out; then half in.
    assert [ratio for _, ratio in steps] == pytest.approx([1_800 / 1_400, 1_300 / 1_800])


def test_an_announced_price_of_nothing_is_no_step() -> None:
    free = replace(CARD, changes=(("2027-01-01", 0, 0), ("2027-02-01", 1_000_000, 4_000_000)))

    assert path(card=free).announced(date(2026, 11, 24)).steps == ()


def test_a_cash_flow_moves_fees_and_leaves_people() -> None:
    flow = path().cash_flow(1e6, 12, price=Drift(1.0, ((6.0, 0.5),)), growth=Drift(1.0))

    assert flow.monthly_usd[:6] == pytest.approx(np.full(6, 1_650.0))
    assert flow.monthly_usd[6:] == pytest.approx(np.full(6, 950.0))


def test_without_drift_a_month_is_the_annuity_of_the_cash_flow() -> None:
    assert path().cash_flow(1e6, 36).annuity(0.08) == pytest.approx(path().monthly(1e6), abs=0.01)
