"""One number or many draws: a formula takes either."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.catalog.cost_ranges import CostRange
from equipoise.domain.provenance import Source
from equipoise.economics.draws import Sampler
from equipoise.economics.quantity import drawn, median, spread

WIDE = CostRange("share", 0.2, 0.5, 0.9, "a share", Source("a test"))


def test_what_is_known_is_a_number_and_the_rest_is_drawn() -> None:
    known = CostRange.known("share", 0.5, "a share", Source("our bill"))

    assert drawn(known, Sampler(1)) == 0.5
    assert np.shape(drawn(WIDE, Sampler(1, count=9))) == (9,)


def test_a_share_is_cut_at_the_whole() -> None:
    assert np.max(drawn(WIDE, Sampler(1), most=1.0)) == 1.0


def test_the_same_range_is_drawn_alike_wherever_it_stands() -> None:
    assert drawn(WIDE, Sampler(1)) == pytest.approx(drawn(WIDE, Sampler(1)))


def test_a_number_spreads_to_any_count() -> None:
    assert spread(2.0, 3) == pytest.approx([2.0, 2.0, 2.0])
    assert median(np.array([1.0, 2.0, 9.0])) == median(2.0) == 2.0
