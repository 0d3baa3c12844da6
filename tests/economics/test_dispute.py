"""Price lists that disagree: a range that says so, never an average."""

from __future__ import annotations

import pytest

from equipoise.economics.api.dispute import settle
from equipoise.errors import ConfigurationError, UnpricedTargetError


def test_lists_that_agree_are_settled() -> None:
    found = settle({"one": 0.400, "other": 0.402})

    assert not found.disputed
    assert found.usd == 0.400
    assert found.sentence == "one says $0.4 a million."


def test_a_dispute_is_a_range_around_the_first() -> None:
    found = settle({"one": 0.4, "other": 0.6, "third": 0.3})

    assert found.disputed
    assert (found.usd, found.low, found.high) == (0.4, 0.3, 0.6)
    assert found.sentence == "one says $0.4 a million; third $0.3 and other $0.6: disputed."


def test_a_missing_price_is_not_nothing() -> None:
    with pytest.raises(UnpricedTargetError):
        settle({})


@pytest.mark.parametrize("quotes", [{"one": 0.4, "other": 0.4e-6}, {"one": 0.4, "other": 0.0}])
def test_prices_in_other_units_are_not_a_dispute(quotes: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settle(quotes)

    assert "another unit" in caught.value.problems[0].suggestion
