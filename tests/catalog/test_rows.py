"""The rows of the catalog: each is cited, dated, consistent with the others, and adds up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

import pytest
from license_expression import get_spdx_licensing

from equipoise.catalog import hardware, licences, models, tables
from equipoise.catalog.endpoints import endpoints
from equipoise.domain.endpoint import Endpoint, Operator
from equipoise.domain.hardware import Hardware
from equipoise.domain.licence import Licence
from equipoise.domain.model import Weights
from equipoise.domain.provenance import Source
from equipoise.domain.workload import Organisation
from equipoise.errors import UnknownHardwareError, UnknownLicenceError, UnknownModelError

HARDWARE = hardware.hardware_rows()
MODELS = models.models()
LICENCES = licences.licences()
ENDPOINTS = endpoints()

# layers, key-value heads, head dimension, as the published configurations give them.
HEADS = {
    "smollm2-135m-instruct": (30, 3, 64),
    "gemma-3-270m": (18, 1, 256),
    "llama-3.1-8b-instruct": (32, 8, 128),
    "llama-3.3-70b-instruct": (80, 8, 128),
    "ministral-3-8b-instruct": (34, 8, 128),
}
# Served as 16-bit numbers; what is served smaller says so in its row.
SIXTEEN_BIT = HEADS.keys() - {"smollm2-135m-instruct", "gemma-3-270m"}
# What a machine costs is dated where its source is; these came from a list without dates.
UNDATED_PRICES = {"h100", "h100x4"}


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
        if machine.id not in UNDATED_PRICES:
            yield f"{machine.id} price", machine.price_source


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


def test_an_undated_price_says_that_it_is() -> None:
    undated = {row.id for row in HARDWARE if row.price_source.checked is None}

    assert undated == UNDATED_PRICES
    assert str(hardware.find("h100").price_source).endswith("undated")


def test_a_row_is_found_by_its_id() -> None:
    for model in MODELS:
        assert models.find(model.id) is model
    for licence in LICENCES:
        assert licences.find(licence.id) is licence
    for machine in HARDWARE:
        assert hardware.find(machine.id) is machine


def test_what_the_catalog_lacks_is_an_error_that_says_what_it_has() -> None:
    with pytest.raises(UnknownModelError, match="gpt-9") as model:
        models.find("gpt-9")
    with pytest.raises(UnknownHardwareError, match="abacus") as machine:
        hardware.find("abacus")
    with pytest.raises(UnknownLicenceError, match="WTFPL") as licence:
        licences.find("WTFPL")

    assert "gpt-4.1-mini" in model.value.hint
    assert "l40s" in machine.value.hint
    assert "no use is cleared" in licence.value.hint


def test_every_model_has_a_licence_that_was_read() -> None:
    assert {model.licence for model in MODELS} <= {licence.id for licence in LICENCES}


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


def test_the_table_of_heads_here_has_every_model_with_an_architecture() -> None:
    assert {model.id for model in MODELS if model.architecture is not None} == set(HEADS)


@pytest.mark.parametrize("name", HEADS)
def test_keys_and_values_of_a_token_follow_from_layers_and_heads(name: str) -> None:
    layers, heads, dimension = HEADS[name]
    architecture = models.find(name).architecture

    assert architecture is not None
    assert architecture.layers == layers
    assert architecture.kv_bytes_per_token == 2 * layers * heads * dimension * 2
    assert 0 < architecture.active_parameters <= architecture.parameters
    assert architecture.context >= 8_192


@pytest.mark.parametrize("name", sorted(SIXTEEN_BIT))
def test_sixteen_bit_weights_take_two_bytes_a_parameter(name: str) -> None:
    architecture = models.find(name).architecture

    assert architecture is not None
    assert architecture.weight_bytes == pytest.approx(2 * architecture.parameters, rel=0.01)


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
