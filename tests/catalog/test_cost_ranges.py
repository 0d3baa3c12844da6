"""Defaults of ownership, vendors' limits and their promises: dated, in order, and never nothing."""

from __future__ import annotations

import pytest

from equipoise.catalog.cost_ranges import CostRange, cost_range, cost_ranges
from equipoise.catalog.service_levels import levels_of, service_levels
from equipoise.catalog.vendor_limits import limits_of, vendor_limits
from equipoise.domain.provenance import Source


def test_every_range_names_its_unit_and_its_source() -> None:
    assert len(cost_ranges()) >= 25
    assert all(row.unit and row.source.name for row in cost_ranges())


def test_what_has_an_address_has_a_day() -> None:
    dated = [row for row in cost_ranges() if "assumed" not in row.source.name and row.source.url]

    assert dated
    assert [row.id for row in dated if row.source.checked is None] == []


def test_people_are_never_nothing() -> None:
    for name in ("run_fte", "on_call_fte", "expertise_fte", "build_months"):
        assert cost_range(name).low > 0


def test_a_range_says_itself_as_an_assumption() -> None:
    said = cost_range("run_fte").assumption()

    assert said.subject == "run_fte"
    assert said.value == "0.4 (0.2 to 1) engineers who look after the first machines"


def test_what_is_known_has_no_width() -> None:
    known = CostRange.known("electricity", 0.1, "dollars", Source("our bill"))

    assert known.low == known.middle == known.high == 0.1


@pytest.mark.parametrize("ends", [(0.0, 1.0, 2.0), (2.0, 1.0, 3.0), (1.0, 2.0, 1.5)])
def test_a_range_out_of_order_is_refused(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="low <= middle <= high"):
        CostRange("x", *ends, "dollars", Source("nobody"))


def test_a_range_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(LookupError, match="no range"):
        cost_range("hope")


def test_tiers_run_from_the_least_to_the_most() -> None:
    for limits in vendor_limits():
        asked = [row.requests_per_minute for row in limits.tiers]
        tokens = [row.tokens_per_minute or row.input_tokens_per_minute for row in limits.tiers]
        assert asked == sorted(asked)
        assert None not in tokens
        assert tokens == sorted(row for row in tokens if row is not None)
        assert limits.source.name


def test_limits_are_found_by_the_vendors_own_name() -> None:
    found = limits_of("openai", "gpt-5-mini")

    assert found is not None
    assert found.tiers[-1].tokens_per_minute == 180_000_000
    assert limits_of("openai", "gpt-none") is None
    assert limits_of("anthropic", "gpt-5-mini") is None


def test_promises_are_shares_and_breaches_cost_more_the_worse_they_are() -> None:
    for level in service_levels():
        assert level.uptime is None or 0.9 < level.uptime < 1
        shares = [share for _, share in level.credits]
        assert shares == sorted(shares)
        assert [below for below, _ in level.credits] == sorted(
            (below for below, _ in level.credits), reverse=True
        )


def test_promises_are_found_by_vendor() -> None:
    assert {row.service for row in levels_of("openai")} == {
        "pay as you go",
        "priority processing",
        "scale tier",
    }
    assert levels_of("nobody") == ()
