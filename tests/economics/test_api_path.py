"""A vendor's bill: by hand, in lines that add up, and never cheaper by counting more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.catalog.list_prices import ListPrice
from equipoise.economics.api.commitment import (
    Commitment,
    CommittedSpend,
    ProvisionedThroughput,
)
from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.quota import a_minute
from equipoise.economics.api.tariff import Tariff
from equipoise.economics.api.use import Prompts, Use, uncertain
from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.drift import Drift
from equipoise.economics.load_curve import LoadCurve

SAMPLER = Sampler(seed=7, count=300)


def price(name: str, into: float, cached: float, written: float, out: float) -> ListPrice:
    """A row of the price list, in dollars a million tokens."""
    rates = tuple(round(usd * 1e6) for usd in (into, cached, written, written, out))
    return ListPrice("vendor", name, (*rates, None, None))


TARIFF = Tariff(
    target="vendor/model",
    standard=price("standard", 1.0, 0.1, 1.25, 4.0),
    long=price("long", 2.0, 0.2, 2.5, 6.0),
    batch=price("batch", 0.5, 0.08, 0.6, 2.0),
    coming=((date(2027, 2, 23), price("next", 0.5, 0.05, 0.6, 2.0)),),
)
PLAIN = Use((Prompts(1.0, 1_000.0, 100.0),))


def path(
    use: Use = PLAIN, drawn: Use | None = None, commitment: Commitment | None = None
) -> ApiPath:
    people = (250.0, "0.02 of an engineer")
    return ApiPath(TARIFF, use, drawn or use, SAMPLER.count, *people, commitment)


def test_a_plain_request_by_hand() -> None:
    assert path().request_usd() == pytest.approx(1_000e-6 + 100 * 4e-6)
    assert path().million_usd() == pytest.approx(0.0014 / 1_100 * 1e6)
    assert path().monthly(1e6) == pytest.approx(1_400 + 250)


def test_everything_a_vendor_counts_by_hand() -> None:
    use = Use(
        prompts=(Prompts(0.75, 1_000.0, 100.0), Prompts(0.25, 200_000.0, 500.0, long=True)),
        cached_share=0.5,
        written_share=0.1,
        batch_share=0.2,
        reasoning=3.0,
        tokenizer_ratio=1.1,
        retry_share=0.01,
    )
    short = 1_100 * (0.4 * 1.0 + 0.5 * 0.1 + 0.1 * 1.25) + 330 * 4.0
    late = 1_100 * (0.4 * 0.5 + 0.5 * 0.08 + 0.1 * 0.6) + 330 * 2.0
    long = 220_000 * (0.4 * 2.0 + 0.5 * 0.2 + 0.1 * 2.5) + 1_650 * 6.0
    long_late = 220_000 * (0.4 * 0.5 + 0.5 * 0.08 + 0.1 * 0.6) + 1_650 * 2.0
    mix = 0.75 * (0.8 * short + 0.2 * late) + 0.25 * (0.8 * long + 0.2 * long_late)

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


def test_a_batch_and_a_cache_do_not_simply_multiply() -> None:
    cached_late = path(replace(PLAIN, cached_share=1.0, batch_share=1.0)).request_usd()

    # The list's own 0.08, not half of 0.1.
    assert cached_late == pytest.approx((1_000 * 0.08 + 100 * 2.0) * 1e-6)


SHARES = st.floats(0, 1)


@given(SHARES, SHARES, SHARES, st.floats(1, 9), st.floats(0.5, 2), st.floats(0, 0.2))
@settings(max_examples=60)
def test_lines_add_up_to_the_month(
    cached: float, written: float, late: float, thinks: float, ratio: float, again: float
) -> None:
    use = Use(
        (Prompts(0.6, 900.0, 80.0), Prompts(0.4, 3e5, 10.0, long=True)),
        cached_share=cached / 2,
        written_share=written / 2,
        batch_share=late,
        reasoning=thinks,
        tokenizer_ratio=ratio,
        retry_share=again,
    )

    assert path(use).monthly(1e4) == pytest.approx(1e4 * path(use).request_usd() + 250)


@given(SHARES, SHARES)
def test_more_from_the_cache_or_later_is_never_dearer(one: float, other: float) -> None:
    less, more = sorted((one, other))
    cached = [path(replace(PLAIN, cached_share=share)).request_usd() for share in (less, more)]
    late = [path(replace(PLAIN, batch_share=share)).request_usd() for share in (less, more)]

    assert cached[1] <= cached[0] * (1 + 1e-12)
    assert late[1] <= late[0] * (1 + 1e-12)


def test_thinking_and_retries_are_never_free() -> None:
    assert path(replace(PLAIN, reasoning=3.0)).request_usd() == pytest.approx(0.0022)
    assert path(replace(PLAIN, retry_share=0.1)).request_usd() == pytest.approx(0.00154)


def test_draws_spread_around_the_median_and_thinking_widens_them() -> None:
    calm = path(drawn=uncertain(PLAIN, SAMPLER, thinks=False, counted=True))
    unsure = path(drawn=uncertain(PLAIN, SAMPLER, thinks=False, counted=False))
    thinking = path(
        replace(PLAIN, reasoning=3.0), drawn=uncertain(PLAIN, SAMPLER, thinks=True, counted=False)
    )
    widths = []
    for one in (calm, unsure, thinking):
        low, high = bounds(one.monthly_draws(1e6))
        widths.append(high / low)

    assert widths == sorted(widths)
    assert unsure.monthly_draws(1e6).shape == (300,)


def test_without_uncertainty_every_draw_is_the_month() -> None:
    assert path().monthly_draws(1e6) == pytest.approx(np.full(300, 1_650.0))


def test_announced_prices_become_steps() -> None:
    drift = path().announced(date(2026, 11, 24), yearly_ratio=0.9)

    ((month, ratio),) = drift.steps
    assert month == pytest.approx(91 / (365.25 / 12))
    assert ratio == pytest.approx(0.5)
    assert drift.yearly_ratio == 0.9


def test_a_cash_flow_moves_fees_and_leaves_people() -> None:
    flow = path().cash_flow(1e6, 12, price=Drift(1.0, ((6.0, 0.5),)), growth=Drift(1.0))

    assert flow.monthly_usd[:6] == pytest.approx(np.full(6, 1_650.0))
    assert flow.monthly_usd[6:] == pytest.approx(np.full(6, 950.0))


def test_without_drift_a_month_is_the_annuity_of_the_cash_flow() -> None:
    assert path().cash_flow(1e6, 36).annuity(0.08) == pytest.approx(path().monthly(1e6), abs=0.01)


def test_a_committed_spend_is_paid_regardless_and_discounts_what_is_used() -> None:
    committed = path(commitment=CommittedSpend(2_000.0, 0.25))

    assert committed.monthly(0.0) == pytest.approx(2_250)
    assert committed.monthly(1e6) == pytest.approx(2_250)  # 1,400 · 0.75 is less
    assert committed.monthly(4e6) == pytest.approx(5_600 * 0.75 + 250)
    lines = {line.kind: line.usd for line in committed.lines(1e6)}
    assert lines["commitment"] == pytest.approx(600)
    assert committed.monthly_draws(1e6) == pytest.approx(np.full(300, 2_250.0))


def test_provisioned_units_serve_what_fits_and_the_rest_spills_over() -> None:
    flat = LoadCurve(1.0)
    mean = a_minute(PLAIN, 1e6)
    per_minute = 1e6 / 43_800
    assert mean.output_tokens == pytest.approx(100 * per_minute)

    # Units for half of the input, and more output than needed.
    units = ProvisionedThroughput(1, 500.0, 500 * per_minute, 1e9, flat)
    bought = path(commitment=units)

    assert bought.monthly(1e6) == pytest.approx(500 + 700 + 250)
    assert bought.monthly(0.0) == pytest.approx(500 + 250)
    assert bought.monthly(2e6) == pytest.approx(500 + 2_800 * 0.75 + 250)
    assert "1 units of" in bought.lines(1e6)[-2].basis


def test_provisioned_units_that_the_peak_exceeds_serve_less_than_their_mean() -> None:
    per_minute = 1e6 / 43_800
    units = ProvisionedThroughput(1, 500.0, 1_000 * per_minute, 1e9, LoadCurve(4.0))
    bought = path(commitment=units)

    assert 500 + 250 < bought.monthly(1e6) < 500 + 1_400 + 250
    assert path(
        commitment=units, drawn=uncertain(PLAIN, SAMPLER, thinks=False, counted=False)
    ).monthly_draws(1e6).shape == (300,)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Use((Prompts(0.5, 1.0, 1.0),)), "add up to 1"),
        (lambda: replace(PLAIN, batch_share=1.5), "may wait"),
        (lambda: replace(PLAIN, cached_share=0.7, written_share=0.4), "parts of the input"),
        (lambda: replace(PLAIN, cached_share=-0.1), "parts of the input"),
        (lambda: replace(PLAIN, reasoning=0.5), "thinking adds"),
        (lambda: replace(PLAIN, tokenizer_ratio=0.0), "every tokenizer"),
        (lambda: replace(PLAIN, retry_share=-0.1), "fewer than one"),
    ],
)
def test_a_use_that_cannot_be_is_refused(make: Callable[[], Use], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()
