"""The vendor's bill: exact against whole-number arithmetic, and people beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.economics.path import total
from equipoise.economics.vendor_path import VendorPath

MakeVendor = Callable[..., VendorPath]
PRICES = st.integers(1, 10**9)


def pico(path: VendorPath, requests: int) -> int:
    """The bill in whole picodollars: whole tokens, whole prices, whole requests."""
    card, tokens = path.card, path.lengths
    price_in, price_out = card.input, card.output
    if path.batch and card.batch_input is not None and card.batch_output is not None:
        price_in, price_out = card.batch_input, card.batch_output
    price_read = price_in if card.cached is None else min(card.cached, price_in)
    read = round(tokens.input * path.cached_share)
    fresh = round(tokens.input) - read
    return requests * (fresh * price_in + read * price_read + round(tokens.output) * price_out)


def fees(path: VendorPath, requests: float) -> float:
    return path.lines(requests)[0].usd


def test_a_million_requests_of_gpt_41_mini_cost_what_the_page_says(vendor: MakeVendor) -> None:
    path = vendor()  # 800 tokens in at $0.40 a million, 40 out at $1.60

    assert path.request_usd() == 0.000384
    assert fees(path, 1_000_000) == 384.0
    assert path.monthly(1_000_000) == 634.0
    assert pico(path, 1_000_000) == 384 * PICO_PER_DOLLAR


@pytest.mark.parametrize(
    ("options", "dollars"),
    [
        ({}, 12.0),  # 10,000 × $1 + 400 × $5, a million
        ({"cached_share": 0.8}, 4.8),  # 2,000 × $1 + 8,000 × $0.10 + 400 × $5
        ({"batch": True}, 6.0),
        ({"batch": True, "cached_share": 0.8}, 2.8),  # 2,000 × $0.50 + 8,000 × $0.10 + 400 × $2.50
        ({"batch": True, "batches": (None, None)}, 12.0),
        ({"cached_share": 0.8, "cached": None}, 12.0),
    ],
)
def test_discounts_apply_to_what_they_are_for(
    vendor: MakeVendor, options: dict[str, object], dollars: float
) -> None:
    haiku = {
        "prices": (1_000_000, 5_000_000),
        "lengths": (10_000.0, 400.0),
        "batches": (500_000, 2_500_000),
    }
    path = vendor(**{**haiku, **options})

    assert fees(path, 1_000) == pytest.approx(dollars, rel=1e-15)
    assert pico(path, 1_000) == round(dollars * PICO_PER_DOLLAR)


@given(
    prices=st.tuples(PRICES, PRICES),
    cached=st.none() | PRICES,
    batches=st.just((None, None)) | st.tuples(PRICES, PRICES),
    thousands=st.tuples(st.integers(1, 200), st.integers(1, 60)),
    share=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    batch=st.booleans(),
    requests=st.integers(0, 10**9),
)
def test_money_neither_appears_nor_vanishes(
    vendor: MakeVendor,
    prices: tuple[int, int],
    cached: int | None,
    batches: tuple[int, int] | tuple[None, None],
    thousands: tuple[int, int],
    share: float,
    batch: bool,
    requests: int,
) -> None:
    lengths = (thousands[0] * 1_000.0, thousands[1] * 1_000.0)
    path = vendor(prices, lengths, cached, batches, cached_share=share, batch=batch)

    exact = pico(path, requests)
    assert fees(path, requests) * PICO_PER_DOLLAR == pytest.approx(exact, rel=1e-14)


@given(PRICES, PRICES, st.none() | PRICES, st.booleans(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_from_the_cache_never_costs_more(
    vendor: MakeVendor,
    price: int,
    batched: int,
    cached: int | None,
    batch: bool,
    one: float,
    other: float,
) -> None:
    batches = (min(price, batched), price)
    path = vendor((price, price), cached=cached, batches=batches, batch=batch)
    less, more = (replace(path, cached_share=share) for share in sorted((one, other)))

    assert more.request_usd() <= less.request_usd() * (1 + 1e-12)


def test_the_basis_lets_a_reader_check_the_sum(vendor: MakeVendor) -> None:
    plain, people = vendor().lines(1_000_000)
    cached = vendor(cached_share=0.5, batch=True).lines(1_000)[0]

    assert plain.basis == (
        "1,000,000 requests × (800.0 input tokens at $0.40 + 40.0 output at $1.60 a million)"
    )
    assert cached.basis == (
        "1,000 requests × (800.0 input tokens at $0.20, 50.0% of them cached at $0.10 "
        "+ 40.0 output at $0.80 a million) in batches"
    )
    assert (people.kind, people.usd, people.basis) == ("people", 250.0, "0.02 of an engineer")


@given(st.floats(0, 1e12))
def test_the_lines_sum_to_the_month_and_people_stay_whatever_the_volume(
    vendor: MakeVendor, requests: float
) -> None:
    path = vendor()

    assert total(path.lines(requests)) == path.monthly(requests)
    assert [line.usd for line in path.lines(requests) if line.kind == "people"] == [250.0]
    assert path.monthly_draws(requests).min() >= 250.0


def test_draws_lie_around_the_month_and_agree_between_calls(
    vendor: MakeVendor, volumes: tuple[float, ...]
) -> None:
    path = vendor()
    for requests in volumes:
        drawn = path.monthly_draws(requests)
        assert np.median(drawn) == pytest.approx(path.monthly(requests), rel=0.02)
        assert np.array_equal(drawn, path.monthly_draws(requests))
    assert np.all(path.monthly_draws(2e6) >= path.monthly_draws(1e6))


def test_a_vendor_that_counted_itself_leaves_nothing_uncertain(vendor: MakeVendor) -> None:
    counted = replace(vendor(), token_ratio=np.ones(2_000))

    assert set(counted.monthly_draws(1e6)) == {counted.monthly(1e6)}
