"""The terms read of each endpoint: they lapse a year after somebody read them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from equipoise.catalog.endpoints import TERM_LIFE, _term, endpoints
from equipoise.domain.terms import missing_terms
from equipoise.domain.workload import DataClass

TODAY = date(2026, 11, 24)
ROW = {"kind": "no_training", "text": "agreed", "source": {"name": "a page"}}


@pytest.mark.parametrize("day", [date(1970, 1, 1), TODAY, date(2999, 1, 1)])
def test_a_term_that_nobody_dated_never_holds(day: date) -> None:
    assert not _term(ROW).holds(day)


def test_a_term_holds_for_a_year_after_it_was_read_and_not_a_day_longer() -> None:
    term = _term({**ROW, "source": {"name": "a page", "checked": date(2025, 11, 24)}})

    assert term.holds(TODAY)
    assert not term.holds(TODAY + timedelta(days=1))


def test_every_term_on_file_lapses_a_year_after_its_page_was_read() -> None:
    terms = [term for endpoint in endpoints() for term in endpoint.terms]

    assert len(terms) >= 4
    for term in terms:
        assert term.source.checked is not None
        assert term.expires == term.source.checked + TERM_LIFE


def test_no_vendor_gets_restricted_data_on_what_the_catalog_alone_knows() -> None:
    vendors = [endpoint for endpoint in endpoints() if endpoint.price_provider is not None]

    assert all(missing_terms(vendor, DataClass.RESTRICTED, TODAY) for vendor in vendors)


def test_a_vendor_whose_terms_nobody_read_gets_public_data_only() -> None:
    (together,) = (endpoint for endpoint in endpoints() if endpoint.id == "together")

    assert missing_terms(together, DataClass.PUBLIC, TODAY) == ()
    assert missing_terms(together, DataClass.INTERNAL, TODAY) == ("no_training",)
