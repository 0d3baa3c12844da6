"""The file of a load test: written whole, read back, and refused with the reason."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from tests.engines.load_test.loading import answer, closed, put

from equipoise.domain.load_test import LoadTest, Objective
from equipoise.engines.load_test import result_file
from equipoise.errors import ConfigurationError


@pytest.fixture(scope="module")
def measured() -> LoadTest:
    """A test of one level."""
    level = put(closed(2), repeat(answer()), requests=6).level
    return LoadTest(
        endpoint="own",
        model="m",
        measured_on=date(2026, 11, 25),
        levels=(level,),
        source="equipoise 0",
        objective=Objective(0.5),
        interval=0.95,
        seed=1,
        asked={"requests": 6, "trace": "x"},
    )


def refused(tmp_path: Path, measured: LoadTest, change: Any) -> str:
    value = json.loads(result_file.to_json(measured))
    change(value)
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(value))
    with pytest.raises(ConfigurationError) as raised:
        result_file.read(path)
    (problem,) = raised.value.problems
    return str(problem)


def test_a_test_is_read_back_as_it_was_written(tmp_path: Path, measured: LoadTest) -> None:
    path = tmp_path / "deep" / "bench.json"
    result_file.write(measured, path)
    again, digest = result_file.read(path)

    assert result_file.to_json(again) == path.read_text() == result_file.to_json(measured)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (again.measured_on, again.objective) == (measured.measured_on, measured.objective)
    assert list(tmp_path.rglob("*")) == [path.parent, path], "nothing else is left behind"


def test_the_file_says_its_schema_and_its_definition_of_levels(measured: LoadTest) -> None:
    value = json.loads(result_file.to_json(measured))

    assert value["schema"] == "equipoise.engine_bench/1"
    assert value["levels"][0]["arrival"] == "closed"
    assert value["levels"][0]["ttft"]["p95"]["low"] <= value["levels"][0]["ttft"]["p95"]["estimate"]
    assert value["measured_on"] == "2026-11-25"


def test_another_schema_is_refused_by_name(tmp_path: Path, measured: LoadTest) -> None:
    words = refused(tmp_path, measured, lambda value: value.update(schema="equipoise.decision/1"))

    assert "its schema is not 'equipoise.engine_bench/1' but 'equipoise.decision/1'" in words


def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, measured: LoadTest) -> None:
    words = refused(tmp_path, measured, lambda value: value["levels"][0].update(requests="many"))

    assert "levels[0].requests" in words


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("requests", -1, "requests is -1, and cannot be negative"),
        ("input_tokens", -0.5, "input_tokens is -0.5"),
        ("concurrency", 0, "nobody asks"),
    ],
)
def test_what_no_measurement_can_come_to_is_refused(
    tmp_path: Path, measured: LoadTest, key: str, given: float, words: str
) -> None:
    assert words in refused(tmp_path, measured, lambda v: v["levels"][0].update({key: given}))


def test_percentiles_that_fall_are_refused(tmp_path: Path, measured: LoadTest) -> None:
    def change(value: Any) -> None:
        value["levels"][0]["ttft"]["p99"] = {"estimate": 1e-9}

    assert "the percentiles of ttft fall" in refused(tmp_path, measured, change)


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [("interval", 1.5, "is a probability"), ("shared_tokens", -1.0, "cannot be negative")],
)
def test_what_no_test_can_have_is_refused(
    tmp_path: Path, measured: LoadTest, key: str, given: float, words: str
) -> None:
    assert words in refused(tmp_path, measured, lambda value: value.update({key: given}))


def test_a_rate_outside_of_its_own_interval_is_refused(tmp_path: Path, measured: LoadTest) -> None:
    rate = {"estimate": 1.0, "low": 2.0, "high": 3.0}
    words = refused(
        tmp_path, measured, lambda value: value["levels"][0].update(requests_per_second=rate)
    )

    assert "lies outside of its interval" in words


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError):
        result_file.read(path)
