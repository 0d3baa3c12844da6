"""Promises: whether they reach what is needed, and what a breach gives back."""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.catalog.service_levels import ServiceLevel
from equipoise.domain.provenance import Source
from equipoise.economics.api.promise import credit_share, reaches

LEVEL = ServiceLevel(
    id="v",
    vendor="vendor",
    service="standard",
    uptime=0.999,
    credits=((0.999, 0.10), (0.99, 0.25)),
    claim_days=30,
    note="",
    source=Source("the vendor's terms", "https://example.org", date(2026, 11, 1)),
)
NOTHING = ServiceLevel("n", "vendor", "free", None, (), None, "", Source("the vendor's terms"))


def test_a_promise_reaches_what_it_promises_and_no_more() -> None:
    assert reaches(LEVEL, 0.999).reaches
    assert not reaches(LEVEL, 0.9999).reaches
    assert reaches(LEVEL, 0.9999).sentence == (
        "vendor, standard promises 99.9% uptime, which does not reach the 99.99% needed "
        "(the vendor's terms, checked 2026-11-01)."
    )


def test_no_promise_reaches_nothing() -> None:
    assert not reaches(NOTHING, 0.5).reaches
    assert "promises no uptime" in reaches(NOTHING, 0.5).sentence


@pytest.mark.parametrize(
    ("uptime", "share"), [(1.0, 0.0), (0.999, 0.0), (0.998, 0.1), (0.98, 0.25)]
)
def test_a_worse_month_gives_more_back(uptime: float, share: float) -> None:
    assert credit_share(LEVEL, uptime) == share
    assert credit_share(NOTHING, uptime) == 0.0
