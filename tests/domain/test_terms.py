"""Data classes and terms: what a vendor has to have agreed to, and that nothing lapsed counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import pytest

from equipoise.domain.endpoint import Dialect, Endpoint, Operator, Term
from equipoise.domain.provenance import Source
from equipoise.domain.terms import REQUIRED_OF_VENDORS, missing_terms
from equipoise.domain.workload import DataClass

TODAY = date(2026, 11, 24)
SOURCE = Source("a page", "https://example.org", date(2026, 11, 1))


def endpoint(operator: Operator, terms: Iterable[Term] = ()) -> Endpoint:
    return Endpoint(
        id="host",
        name="Host",
        dialect=Dialect.OPENAI_CHAT,
        operator=operator,
        base_url="https://example.org/v1",
        api_key=None,
        region="eu",
        terms=tuple(terms),
        served_names={},
        renamed_fields={},
        price_provider=None,
        source=SOURCE,
    )


def term(kind: str, expires: date = TODAY) -> Term:
    return Term(kind, "agreed", SOURCE, expires)


@pytest.mark.parametrize(
    ("data_class", "missing"),
    [
        (DataClass.PUBLIC, ()),
        (DataClass.INTERNAL, ("no_training",)),
        (DataClass.CONFIDENTIAL, ("no_training", "zero_retention")),
        (DataClass.RESTRICTED, ("no_training", "zero_retention", "restricted_data_agreement")),
    ],
)
def test_a_vendor_without_terms_gets_public_data_only(
    data_class: DataClass, missing: tuple[str, ...]
) -> None:
    assert missing_terms(endpoint(Operator.VENDOR), data_class, TODAY) == missing


@pytest.mark.parametrize("data_class", DataClass)
def test_what_we_run_ourselves_needs_no_terms(data_class: DataClass) -> None:
    assert missing_terms(endpoint(Operator.SELF), data_class, TODAY) == ()


@pytest.mark.parametrize("data_class", DataClass)
def test_all_terms_of_a_class_let_it_through_until_one_of_them_lapses(
    data_class: DataClass,
) -> None:
    required = REQUIRED_OF_VENDORS[data_class]
    everything = endpoint(Operator.VENDOR, map(term, required))

    assert missing_terms(everything, data_class, TODAY) == ()
    assert missing_terms(everything, data_class, TODAY + timedelta(days=1)) == required
    for kind in required:
        lapsed = [term(other, TODAY - timedelta(days=other == kind)) for other in required]
        assert missing_terms(endpoint(Operator.VENDOR, lapsed), data_class, TODAY) == (kind,)


def test_a_renewed_term_counts_beside_the_lapsed_one() -> None:
    renewed = [term("no_training", date(2025, 1, 1)), term("no_training")]

    assert missing_terms(endpoint(Operator.VENDOR, renewed), DataClass.INTERNAL, TODAY) == ()


def test_a_term_of_another_kind_opens_nothing() -> None:
    other = endpoint(Operator.VENDOR, [term("no_retraining"), term("zero_retention")])

    assert missing_terms(other, DataClass.CONFIDENTIAL, TODAY) == ("no_training",)


def test_every_class_asks_for_all_that_the_class_below_it_asks_for() -> None:
    assert set(REQUIRED_OF_VENDORS) == set(DataClass)
    for below, above in pairwise(DataClass):
        assert set(REQUIRED_OF_VENDORS[below]) < set(REQUIRED_OF_VENDORS[above])
