"""`equipoise.toml`: what it may say, what it replaces, and that it never gives a secret away."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from equipoise.catalog import endpoints as catalog_endpoints
from equipoise.config.settings import Settings, SettingsFile, load_settings, secret
from equipoise.domain.endpoint import Dialect, Endpoint, Operator
from equipoise.domain.terms import missing_terms
from equipoise.domain.workload import DataClass
from equipoise.errors import ConfigurationError, Problem

CATALOG = {endpoint.id: endpoint for endpoint in catalog_endpoints.endpoints()}
KEY = "sk-live-4f9a"

Load = Callable[[str], Settings]
Problems = Callable[[str], tuple[Problem, ...]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Read settings of this text."""

    def read(text: str) -> Settings:
        path = tmp_path / "equipoise.toml"
        path.write_text(text)
        return load_settings(path)

    return read


@pytest.fixture
def problems(load: Load) -> Problems:
    """Everything that is wrong with settings of this text."""

    def read(text: str) -> tuple[Problem, ...]:
        with pytest.raises(ConfigurationError) as caught:
            load(text)
        return caught.value.problems

    return read


def test_without_a_file_the_catalog_is_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None)

    assert (settings.endpoints, settings.origin) == (CATALOG, "defaults")
    assert (settings.threads, settings.weights) == (None, None)


def test_a_file_of_its_usual_name_is_found_and_an_empty_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("equipoise.toml").write_text("")
    settings = load_settings(None)

    assert (settings.endpoints, settings.origin) == (CATALOG, "equipoise.toml")


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path / "other.toml")

    assert caught.value.problems[0].reason == "no such file"


def test_an_endpoint_of_ones_own_is_a_row(load: Load) -> None:
    row = load(
        '[endpoints.house]\nbase_url = "https://house.example/v1"\napi_key = "env:HOUSE_KEY"\n'
        'operator = "self"\ndialect = "anthropic_messages"\nregion = "cellar"\n'
        'price_provider = "house"\nserved_names = { a = "b" }\nrenamed_fields = { c = "" }\n'
    ).endpoints["house"]

    assert (row.id, row.name, row.region, row.price_provider) == (
        "house",
        "house",
        "cellar",
        "house",
    )
    assert (row.operator, row.dialect) == (Operator.SELF, Dialect.ANTHROPIC_MESSAGES)
    assert (row.base_url, row.api_key) == ("https://house.example/v1", "env:HOUSE_KEY")
    assert (row.served_names, row.renamed_fields, row.terms) == ({"a": "b"}, {"c": ""}, ())


# A key of the file, and the value it then has in the row, where the catalog says something else.
CHANGES = {
    "base_url": "https://proxy.example/v1",
    "api_key": "env:OTHER",
    "region": "eu",
    "price_provider": "azure",
    "operator": "self",
    "dialect": "anthropic_messages",
}


@given(st.sets(st.sampled_from(sorted(CHANGES))), st.sampled_from(sorted(CATALOG)))
def test_over_a_catalog_row_only_what_was_written_replaces(
    tmp_path_factory: pytest.TempPathFactory, written: set[str], name: str
) -> None:
    path = tmp_path_factory.mktemp("settings") / "equipoise.toml"
    lines = [f"{key} = {json.dumps(CHANGES[key])}" for key in sorted(written)]
    path.write_text("\n".join([f"[endpoints.{name}]", *lines]))
    row = load_settings(path).endpoints[name]

    for key in Endpoint.__slots__:
        if key == "source":
            assert row.source.name == str(path)
        elif key == "terms" and "base_url" in written:
            assert row.terms == ()
        else:
            expected = CHANGES[key] if key in written else getattr(CATALOG[name], key)
            assert getattr(row, key) == expected


def test_another_address_does_not_inherit_what_the_catalog_read_of_the_vendor(load: Load) -> None:
    row = load('[endpoints.openai]\nbase_url = "https://anyone.example/v1"\n').endpoints["openai"]

    assert CATALOG["openai"].terms
    assert missing_terms(row, DataClass.INTERNAL, date(2026, 11, 24)) == ("no_training",)


def test_names_that_are_written_join_those_of_the_catalog(load: Load) -> None:
    row = load('[endpoints.mistral.served_names]\nmy-model = "theirs"\n').endpoints["mistral"]

    assert row.served_names == {**CATALOG["mistral"].served_names, "my-model": "theirs"}
    assert row.renamed_fields == CATALOG["mistral"].renamed_fields


TERM = """
[[endpoints.openai.terms]]
kind = "zero_retention"
evidence = "agreements/zero.pdf"
expires = 2030-12-31
"""


def test_a_term_joins_those_of_the_catalog_with_its_evidence_and_expiry(
    load: Load, tmp_path: Path
) -> None:
    (tmp_path / "agreements").mkdir()
    (tmp_path / "agreements" / "zero.pdf").write_bytes(b"%PDF")
    *known, added = load(TERM).endpoints["openai"].terms

    assert tuple(known) == CATALOG["openai"].terms
    assert (added.kind, added.expires) == ("zero_retention", date(2030, 12, 31))
    assert "agreements/zero.pdf" in added.text


def test_a_term_without_its_evidence_is_refused_on_its_line(problems: Problems) -> None:
    (problem,) = problems(TERM)

    assert (problem.line, problem.reason) == (4, "no such file")
    assert problem.key == "endpoints.openai.terms[1].evidence"
    assert problem.suggestion


def test_the_folder_of_the_evidence_is_no_evidence(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "agreements").mkdir()

    (problem,) = problems(TERM.replace("agreements/zero.pdf", "agreements"))
    assert problem.reason == "no such file"


def test_a_term_says_when_it_lapses(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "zero.pdf").write_bytes(b"%PDF")
    term = TERM.replace("agreements/", "")
    (missing,) = problems(term.replace("expires = 2030-12-31\n", ""))
    (text,) = problems(term.replace("2030-12-31", '"next year"'))

    assert (missing.reason, missing.suggestion) == (
        "missing",
        "It is the day it lapses, such as 2030-12-31.",
    )
    assert text.line == 5


def test_weights_are_looked_for_from_the_files_folder(load: Load, tmp_path: Path) -> None:
    settings = load('[engine]\nthreads = 3\nweights = "models/own.gguf"\n')

    assert settings.threads == 3
    assert settings.weights == str(tmp_path / "models" / "own.gguf")


MISTAKES = [
    ("[endpoint.openai]\n", 1, "endpoint", "unknown key", "Did you mean 'endpoints'?"),
    (
        '[endpoints.openai]\nbase_ur = "x"\n',
        2,
        "endpoints.openai.base_ur",
        "unknown key",
        "Did you mean 'base_url'?",
    ),
    (
        '[[endpoints.openai.terms]]\nkindd = "a"\nkind = "a"\nevidence = "e"\nexpires = 2030-01-01',
        2,
        "endpoints.openai.terms[1].kindd",
        "unknown key",
        "Did you mean 'kind'?",
    ),
    (
        '[endpoints.openai]\nbase_url = "ftp://x"\n',
        2,
        "endpoints.openai.base_url",
        "does not have the form that is asked",
        "It is its address, such as https://host/v1, without a password or a query.",
    ),
    (
        '[endpoints.openai]\ndialect = "openai"\n',
        2,
        "endpoints.openai.dialect",
        "this value is not allowed",
        "Did you mean 'openai_chat'?",
    ),
    ("[engine]\nthreads = 0\n", 2, "engine.threads", "should be greater than or equal to 1", ""),
    ("[engine]\nthreads = true\n", 2, "engine.threads", "should be a valid integer", ""),
    (
        '[endpoints."a/b"]\n',
        1,
        "endpoints.a/b",
        "does not have the form that is asked",
        "",
    ),
    ("[endpoints]\nopenai = 1\n", 2, "endpoints.openai", "should be a table", ""),
]


@pytest.mark.parametrize(("text", "line", "key", "reason", "suggestion"), MISTAKES)
def test_a_mistake_is_reported_on_its_line_with_what_to_write(
    text: str, line: int, key: str, reason: str, suggestion: str, problems: Problems, tmp_path: Path
) -> None:
    (tmp_path / "e").write_text("agreed")
    (problem,) = problems(text)

    assert (problem.line, problem.key, problem.reason) == (line, key, reason)
    assert suggestion in problem.suggestion


def test_everything_that_is_wrong_is_reported_at_once(problems: Problems) -> None:
    found = problems(TERM + '[endpoints.own]\nbase_url = "x"\n[engine]\nthread = 1\n')

    assert [problem.line for problem in found] == [4, 7, 9]


LEAKS = {
    "in place of its reference": f'[endpoints.openai]\napi_key = "{KEY}"\n',
    "with the prefix of a reference": f'[endpoints.openai]\napi_key = "env:{KEY}"\n',
    "under a misspelt name": f'[endpoints.openai]\napi_kye = "{KEY}"\n',
    "for a whole endpoint": f'[endpoints]\nopenai = "{KEY}"\n',
    "for all endpoints": f'endpoints = "{KEY}"\n',
    "in a list": f'[endpoints.openai]\napi_key = ["{KEY}"]\n',
    "as another setting": f'[endpoints.openai]\ndialect = "{KEY}"\n',
    "as the operator": f'[endpoints.openai]\noperator = "{KEY}"\n',
    "as a number of threads": f'[engine]\nthreads = "{KEY}"\n',
    "as a date": f'[[endpoints.openai.terms]]\nkind = "a"\nevidence = "."\nexpires = "{KEY}"\n',
    "in an address": f'[endpoints.openai]\nbase_url = "https://me:{KEY}@host/v1"\n',
    "in a query": f'[endpoints.openai]\nbase_url = "https://host/v1?key={KEY}"\n',
    "without quotes": f"[endpoints.openai]\napi_key = {KEY}\n",
    "without an end": f'[endpoints.openai]\napi_key = "{KEY}\n',
    "twice": f'[endpoints.openai]\napi_key = "{KEY}"\napi_key = "{KEY}"\n',
    "beside a key that is missing": f'[[endpoints.openai.terms]]\nkind = 1\napi_key = "{KEY}"\n',
}


@pytest.mark.parametrize("place", LEAKS)
def test_a_key_written_into_the_file_is_an_error_that_never_repeats_it(
    place: str, load: Load
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(LEAKS[place])

    # What the command line prints, and what anybody's log of the exception would hold.
    assert all(KEY not in str(problem) for problem in caught.value.problems)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_the_parsers_own_error_does_not_repeat_it_either() -> None:
    with pytest.raises(ValidationError) as caught:
        SettingsFile.model_validate({"endpoints": {"openai": {"api_key": KEY}}})

    assert KEY not in str(caught.value)


def test_a_reference_is_looked_up_in_the_environment() -> None:
    environment = {"HOUSE_KEY": f" {KEY}\n", "EMPTY": "", "BLANK": " \n"}

    assert secret("env:HOUSE_KEY", environment) == KEY
    assert secret("env:EMPTY", environment) is None
    assert secret("env:BLANK", environment) is None
    assert secret("env:UNSET", environment) is None
    assert secret(None, environment) is None


def test_a_reference_follows_the_environment_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EQUIPOISE_TEST_KEY", KEY)
    assert secret("env:EQUIPOISE_TEST_KEY") == KEY

    monkeypatch.delenv("EQUIPOISE_TEST_KEY")
    assert secret("env:EQUIPOISE_TEST_KEY") is None
