"""Promises to a vendor: paid whatever is asked, and what is left of the fees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from equipoise.economics.api.commitment import CommittedSpend, ProvisionedThroughput
from equipoise.economics.api.quota import a_minute
from equipoise.economics.load_curve import LoadCurve

from .vendors import PLAIN, path, unsure


def test_a_committed_spend_is_paid_regardless_and_discounts_what_is_used() -> None:
    committed = path(commitment=CommittedSpend(2_000.0, 0.25))

    assert committed.monthly(0.0) == pytest.approx(2_250)
    assert committed.monthly(1e6) == pytest.approx(2_250)  # 1,400 · 0.75 is less
    assert committed.monthly(4e6) == pytest.approx(5_600 * 0.75 + 250)
    lines = {line.kind: line.usd for line in committed.lines(1e6)}
    assert lines["commitment"] == pytest.approx(600)
    assert committed.monthly_draws(1e6) == pytest.approx(np.full(300, 2_250.0))


@pytest.mark.parametrize("late", [0.0, 0.5, 1.0])
def test_what_waits_is_charged_beyond_a_commitment_too(late: float) -> None:
    committed = path(replace(PLAIN, batch_share=late), commitment=CommittedSpend(2_000.0, 0.25))

    assert committed.monthly(1e7) == pytest.approx(14_000 * (1 - late / 2) * 0.75 + 250)
    assert committed.monthly_draws(1e7) == pytest.approx(np.full(300, committed.monthly(1e7)))


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


def test_provisioned_units_serve_nothing_of_what_only_waits() -> None:
    units = ProvisionedThroughput(1, 500.0, 1e9, 1e9, LoadCurve(1.0))
    late = path(replace(PLAIN, batch_share=1.0), commitment=units)

    assert late.monthly(1e6) == pytest.approx(500 + 700 + 250)


def test_provisioned_units_that_the_peak_exceeds_serve_less_than_their_mean() -> None:
    per_minute = 1e6 / 43_800
    units = ProvisionedThroughput(1, 500.0, 1_000 * per_minute, 1e9, LoadCurve(4.0))
    bought = path(commitment=units)

    assert 500 + 250 < bought.monthly(1e6) < 500 + 1_400 + 250
    assert path(commitment=units, drawn=unsure(PLAIN)).monthly_draws(1e6).shape == (300,)
