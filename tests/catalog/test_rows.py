"""The rows of the catalog: each is cited, dated, consistent with the others, and adds up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

import pytest
from license_expression import get_spdx_licensing

from equipoise.catalog import hardware, licences, models, tables
from equipoise.catalog.endpoints import endpoints
from equipoise.catalog.licence_screen import screen
from equipoise.domain.endpoint import Endpoint, Operator
from equipoise.domain.hardware import Hardware
from equipoise.domain.licence import Licence, LicenceStatus
from equipoise.domain.model import Weights
from equipoise.domain.provenance import Source
from equipoise.domain.workload import LicenceUse, Organisation
from equipoise.errors import UnknownHardwareError, UnknownLicenceError, UnknownModelError

HARDWARE = hardware.hardware_rows()
MODELS = models.models()
LICENCES = licences.licences()
ENDPOINTS = endpoints()


def citations() -> Iterator[tuple[str, Source]]:
    """Every citation that has to say when it was read, with what it is for."""
    yield from ((model.id, model.source) for model in MODELS)
    yield from ((licence.id, licence.source) for licence in LICENCES)
    for endpoint in ENDPOINTS:
        yield endpoint.id, endpoint.source
        for term in endpoint.terms:
            yield f"{endpoint.id} {term.kind}", term.source
    for machine in HARDWARE:
        yield f"{machine.id} specification", machine.spec_source
        yield f"{machine.id} price", machine.price_source
        if machine.purchase_source is not None:
            yield f"{machine.id} purchase", machine.purchase_source


@pytest.mark.parametrize(
    ("kind", "loaded"),
    [
        ("models", [model.id for model in MODELS]),
        ("licences", [licence.id for licence in LICENCES]),
        ("hardware", [machine.id for machine in HARDWARE]),
        ("endpoints", [endpoint.id for endpoint in ENDPOINTS]),
    ],
)
def test_every_row_of_every_file_loads(kind: str, loaded: list[str]) -> None:
    assert loaded == list(tables.read(kind))
    assert len(loaded) >= 5


def test_every_fact_says_where_it_stands_and_when_it_was_read() -> None:
    for what, source in citations():
        assert source.name, what
        assert source.url.startswith("https://"), what
        assert source.checked is not None, what
        assert source.checked <= datetime.now(UTC).date(), what


def test_a_row_is_found_by_its_id() -> None:
    for model in MODELS:
        assert models.find(model.id) is model
    for licence in LICENCES:
        assert licences.find(licence.id) is licence
    for machine in HARDWARE:
        assert hardware.find(machine.id) is machine


def test_what_the_catalog_lacks_is_an_error_that_says_what_it_has() -> None:
    with pytest.raises(UnknownModelError, match="minni") as model:
        models.find("gpt-4.1-minni")
    with pytest.raises(UnknownHardwareError, match="abacus") as machine:
        hardware.find("abacus")
    with pytest.raises(UnknownLicenceError, match="WTFPL") as licence:
        licences.find("WTFPL")

    assert model.value.hint.startswith("It has: gpt-4.1-mini, ")
    assert f"and {len(MODELS) - 6} more" in model.value.hint
    assert "l40s" in machine.value.hint
    assert "no use is cleared" in licence.value.hint


def test_every_model_names_a_licence_by_an_id_that_lists_know_or_leave_to_us() -> None:
    """Open weights may come under a licence nobody has read yet: no use of them is cleared."""
    read = {licence.id for licence in LICENCES}
    for model in MODELS:
        assert licences.is_spdx(model.licence), model.id
        assert model.licence in read or model.weights is Weights.OPEN, model.id
        if model.licence.startswith("LicenseRef-scancode-"):
            assert model.licence in get_spdx_licensing().known_symbols


def test_a_licence_that_was_not_read_clears_nothing() -> None:
    read = {licence.id for licence in LICENCES}
    unread = [model for model in MODELS if model.licence not in read]

    for model in (*unread, replace(MODELS[0], licence="LicenseRef-unread")):
        found = screen(model, frozenset(LicenceUse), Organisation(1, 1.0))
        assert found.status is LicenceStatus.UNKNOWN


def test_every_model_descends_from_one_the_catalog_knows() -> None:
    bases = {model.base_model for model in MODELS if model.base_model is not None}

    assert bases <= {model.id for model in MODELS}


def test_closed_models_have_no_weights_to_size_and_open_ones_say_where_theirs_lie() -> None:
    for model in MODELS:
        if model.weights is Weights.CLOSED:
            assert (model.architecture, model.repository, model.base_model) == (None, None, None)
        else:
            assert model.repository is not None
            assert model.repository.count("/") == 1


@pytest.mark.parametrize("licence", LICENCES, ids=lambda row: row.id)
def test_every_licence_has_an_id_that_spdx_knows_or_leaves_to_us(licence: Licence) -> None:
    assert licences.is_spdx(licence.id)
    if licence.id.startswith("LicenseRef-scancode-"):
        assert licence.id in get_spdx_licensing().known_symbols
    assert licence.grants


def test_a_name_that_is_no_licence_is_not_taken_for_one() -> None:
    assert not licences.is_spdx("Apache 2")
    assert not licences.is_spdx("Classpath-exception-2.0")


def test_every_clause_asks_for_facts_an_organisation_can_state() -> None:
    for clause in chain.from_iterable(licence.clauses for licence in LICENCES):
        assert (clause.metric is None) == (clause.above is None)
        assert clause.metric is None or hasattr(Organisation(), clause.metric)
        assert all(len(code) == 2 and code.isupper() for code in clause.domiciles)
        assert clause.text
        assert clause.section


@pytest.mark.parametrize("machine", HARDWARE, ids=lambda row: row.id)
def test_every_price_of_a_machine_lies_in_its_range(machine: Hardware) -> None:
    assert 0 < machine.usd_low <= machine.usd_per_hour <= machine.usd_high
    assert min(machine.devices, machine.memory_bytes, machine.bandwidth, machine.flops) > 0


def test_four_of_a_kind_are_four_times_one() -> None:
    one, four = hardware.find("h100"), hardware.find("h100x4")

    assert (four.devices, four.watts) == (4 * one.devices, 4 * one.watts)
    assert (four.memory_bytes, four.bandwidth) == (one.memory_bytes, one.bandwidth)
    assert (four.usd_low, four.usd_high) == (4 * one.usd_low, 4 * one.usd_high)
    assert four.usd_per_hour == pytest.approx(4 * one.usd_per_hour)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda row: row.id)
def test_every_endpoint_serves_models_the_catalog_knows(endpoint: Endpoint) -> None:
    assert set(endpoint.served_names) <= {model.id for model in MODELS}


def test_vendors_are_reached_by_tls_with_a_key_that_is_only_named() -> None:
    for endpoint in ENDPOINTS:
        if endpoint.operator is Operator.SELF:
            assert endpoint.price_provider is None
            continue
        assert (endpoint.base_url or "").startswith("https://")
        assert (endpoint.api_key or "").startswith("env:")
        assert endpoint.price_provider
