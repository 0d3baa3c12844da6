"""A policy's shares are a split of all requests, or it is none."""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.domain.policy import Policy, Route
from equipoise.domain.workload import DataClass


def policy(*shares: float) -> Policy:
    routes = tuple(Route(f"a/{number}", share) for number, share in enumerate(shares))
    day = date(2026, 11, 24)
    return Policy("pol_1", "triage", DataClass.INTERNAL, routes, (), day, day)


def test_shares_that_sum_to_one_make_a_policy() -> None:
    assert len(policy(0.25, 0.75).routes) == 2


@pytest.mark.parametrize("shares", [(), (0.5,), (0.7, 0.7), (float("nan"),), (1.5, -0.5)])
def test_shares_that_are_no_split_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        policy(*shares)
