"""Cost per accepted answer: rework belongs to the price, and the needed rate is its inverse."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.accepted import needed_rate, per_accepted, rework

MONEY = st.floats(1, 1e7)
REQUESTS = st.floats(1, 1e9)
RATES = st.floats(0.001, 1.0)
REJECTED = st.floats(0, 100)


def test_a_tenth_rejected_at_a_dollar_each_costs_a_tenth_of_the_requests() -> None:
    assert rework(1_000.0, 0.9, 1.0) == pytest.approx(100.0)
    # $200 to run and $100 to put right, over 900 good answers.
    assert per_accepted(200.0, 1_000.0, 0.9, 1.0) == pytest.approx(300 / 900)


@given(REQUESTS, REJECTED, MONEY)
def test_where_every_answer_is_accepted_there_is_no_rework(
    requests: float, rejected: float, monthly: float
) -> None:
    assert rework(requests, 1.0, rejected) == 0.0
    assert per_accepted(monthly, requests, 1.0, rejected) == monthly / requests


@given(MONEY, REQUESTS, RATES, REJECTED)
def test_the_needed_rate_undoes_the_cost_per_accepted_answer(
    monthly: float, requests: float, rate: float, rejected: float
) -> None:
    price = per_accepted(monthly, requests, rate, rejected)

    assert needed_rate(monthly, requests, rejected, price) == pytest.approx(rate)


@given(MONEY, REQUESTS, REJECTED, st.floats(1e-6, 100))
def test_the_cost_per_accepted_answer_undoes_the_needed_rate(
    monthly: float, requests: float, rejected: float, rival: float
) -> None:
    rate = needed_rate(monthly, requests, rejected, rival)

    assert per_accepted(monthly, requests, rate, rejected) == pytest.approx(rival, rel=1e-6)


@given(MONEY, REQUESTS, REJECTED, RATES, RATES)
def test_better_answers_never_cost_more(
    monthly: float, requests: float, rejected: float, one: float, other: float
) -> None:
    worse, better = sorted((one, other))

    assert per_accepted(monthly, requests, better, rejected) <= per_accepted(
        monthly, requests, worse, rejected
    ) * (1 + 1e-12)


def test_a_rival_that_is_too_cheap_needs_more_than_all_answers() -> None:
    assert needed_rate(2_000.0, 1_000.0, 0.0, rival=1.0) == 2.0


def test_a_rival_that_costs_nothing_is_met_by_nothing_else() -> None:
    assert needed_rate(1.0, 1_000.0, 0.0, rival=0.0) == inf
    assert needed_rate(0.0, 1_000.0, 0.0, rival=0.0) == 0.0


def test_draws_are_costed_one_by_one() -> None:
    monthly, rate = np.array([200.0, 400.0]), np.array([0.9, 0.5])

    assert per_accepted(monthly, 1_000.0, rate, 1.0) == pytest.approx(
        [per_accepted(200.0, 1_000.0, 0.9, 1.0), per_accepted(400.0, 1_000.0, 0.5, 1.0)]
    )
