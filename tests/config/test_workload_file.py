"""The two examples load, and a file says in full what the workload then is."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from pydantic import BaseModel

from equipoise.config import settings as settings_module
from equipoise.config import workload_schema
from equipoise.config.settings import Settings, load_settings
from equipoise.config.toml_file import read_toml
from equipoise.config.workload import load_workload
from equipoise.domain.workload import (
    AssumedQuality,
    DataClass,
    LicenceUse,
    NonInferiority,
    StoppingRule,
)
from equipoise.errors import ConfigurationError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/workload.toml"))
TABLES = [
    table
    for module in (workload_schema, settings_module)
    for _, table in inspect.getmembers(module, inspect.isclass)
    if issubclass(table, BaseModel) and table.__module__ == module.__name__
]


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The catalog's endpoints alone."""
    monkeypatch.chdir(tmp_path)
    return load_settings(None)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_loads_with_everything_it_names(path: Path, catalog: Settings) -> None:
    workload = load_workload(path, catalog)

    assert workload.name == path.parent.name
    assert len(workload.items) > workload.trial.items
    assert max(candidate.shots for candidate in workload.candidates) == len(workload.task.shots)
    assert load_workload(path, catalog, every_item=True).trial.items == len(workload.items)


def test_there_are_two_examples() -> None:
    assert [path.parent.name for path in EXAMPLES] == ["clinic-notes", "support-triage"]


def test_a_file_becomes_one_value(workload_file: Path, catalog: Settings) -> None:
    block = '"""\nSort the message.\nBriefly.\n"""'
    workload_file.write_text(workload_file.read_text().replace('"Sort the message."', block))
    workload = load_workload(workload_file, catalog)
    small, gpt = workload.candidates

    assert (workload.data_class, workload.incumbent) == (DataClass.INTERNAL, "gpt")
    assert workload.task.system == "Sort the message.\nBriefly."
    assert workload.task.schema["properties"] == {
        "queue": {"type": "string", "enum": ["billing", "delivery"]}
    }
    assert workload.requirements.licence_use == {LicenceUse.INTERNAL}
    assert workload.requirements.quality_floor == 0.85
    assert workload.trial.stopping is StoppingRule.FIXED
    assert (small.target, small.shots, small.hardware) == (
        "local/smollm2-135m-instruct",
        2,
        "cpu-2vcpu",
    )
    assert gpt.assumed == AssumedQuality(0.9, 1.0, "a guess to begin with")
    assert [message.role for message in workload.prompt(small, workload.items[0])] == [
        "system",
        *("user", "assistant") * 2,
        "user",
    ]


def test_a_candidate_without_an_id_is_called_by_its_target_and_shots(
    workload_file: Path, catalog: Settings
) -> None:
    text = workload_file.read_text().replace('id = "small"\n', "").replace('id = "gpt"\n', "")
    workload_file.write_text(text.replace('incumbent = "gpt"', 'incumbent = "openai/gpt-4.1-mini"'))

    assert [candidate.id for candidate in load_workload(workload_file, catalog).candidates] == [
        "local/smollm2-135m-instruct/2-shot",
        "openai/gpt-4.1-mini",
    ]


def test_the_bar_may_be_an_incumbent_instead_of_a_floor(
    workload_file: Path, catalog: Settings
) -> None:
    bar = 'non_inferiority = { incumbent = "gpt", margin = 0.05 }'
    workload_file.write_text(workload_file.read_text().replace("quality_floor = 0.85", bar))
    requirements = load_workload(workload_file, catalog).requirements

    assert requirements.non_inferiority == NonInferiority("gpt", 0.05)
    assert requirements.quality_floor is None


def test_undeclared_data_is_of_the_strictest_class(workload_file: Path, catalog: Settings) -> None:
    text = workload_file.read_text().replace('data_class = "internal"\n', "")
    workload_file.write_text(text)

    assert load_workload(workload_file, catalog).data_class is DataClass.RESTRICTED


def test_a_missing_file_is_named_with_the_nearest_one_there_is(
    workload_file: Path, catalog: Settings
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_workload(workload_file.with_name("workloads.toml"), catalog)

    (problem,) = caught.value.problems
    assert (problem.line, problem.reason) == (None, "no such file")
    assert problem.suggestion == f"Did you mean {workload_file}?"


def test_a_missing_file_in_a_missing_folder_has_no_neighbours(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_toml(tmp_path / "none" / "workload.toml")

    assert str(caught.value.problems[0]).endswith(": no such file. Check the path.")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"a = 1\nb = \nc = 2\n", 2, "not TOML: Invalid value"),
        (b"a = 1\na = 2\n", 2, "not TOML: Cannot overwrite a value"),
        (b'a = 1\nb = """\n\n', 4, "not TOML: Unterminated string"),
        (b"a = 1\nb = '\xe9'\n", 2, "not UTF-8: invalid continuation byte"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_pointed_into(
    content: bytes, line: int, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "workload.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_toml(path)

    (problem,) = caught.value.problems
    assert (problem.line, problem.reason) == (line, reason)
    assert problem.suggestion


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_toml(tmp_path)

    assert caught.value.problems[0].reason == "cannot be read: Is a directory"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(
    workload_file: Path, catalog: Settings
) -> None:
    before = load_workload(workload_file, catalog)
    content = workload_file.read_bytes().replace(b"\n", b"\r\n")
    workload_file.write_bytes(b"\xef\xbb\xbf" + content)

    assert load_workload(workload_file, catalog) == before


def test_a_value_is_read_only_as_the_kind_it_is(workload_file: Path) -> None:
    workload_file.write_text("whole = 1\nflag = true\ntable.list = [2]\n")
    file = read_toml(workload_file)

    assert (file.at(int, "whole"), file.at(bool, "flag")) == (1, True)
    assert file.at(int, "flag") is None
    assert (file.at(int, "table", "list", 0), file.at(int, "table", "list", 1)) == (2, None)
    assert file.at(int, "whole", "deeper") is None
    assert file.at(int, "table", 0) is None


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_says_what_it_is_for_the_message_that_asks_for_it(
    table: type[BaseModel],
) -> None:
    described = {name: field.description or "" for name, field in table.model_fields.items()}

    # The message reads "It is …".
    assert [name for name, text in described.items() if not text[:1].islower()] == []
    assert [name for name, text in described.items() if text.endswith(".")] == []
