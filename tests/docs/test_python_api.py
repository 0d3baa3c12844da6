"""The Python API: every name is in its reference, what the pages show runs, edges are friendly."""

from __future__ import annotations

import asyncio
import doctest
import importlib
import inspect
import json
import re
import runpy
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from math import nan
from pathlib import Path
from textwrap import dedent
from typing import Any, NoReturn

import click
import numpy as np
import pytest
from tests.compose.command import run
from tests.compose.test_drafts import DRAFT

from equipoise import costs
from equipoise.cli import cost as command
from equipoise.cli.cost_estimate import estimate as estimate_command
from equipoise.compose.cost import Exploration
from equipoise.errors import (
    ConfigurationError,
    EngineError,
    NotFoundError,
    UnknownHardwareError,
)

REQUIRED = "Required["
ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference/python-api.md"
PAGES = (REFERENCE, ROOT / "docs/how-to/use-it-from-a-notebook.md")
DAY = date(2026, 11, 25)
MONTH: dict[str, Any] = {
    "requests_per_month": 1_000_000,
    "input_tokens": 1200,
    "output_tokens": 300,
    "today": DAY,
}
VENDOR: dict[str, Any] = {"against": "openai/gpt-5-mini"}
LOAD: dict[str, Any] = {"input_tokens": 1000, "output_tokens": 300, "concurrency": 8}
SMALL: dict[str, Any] = {"model": "qwen3-8b", "device": "l4"}
POINT = {"model": "qwen3-8b", "gpu": "l4", "input_len": 1000, "output_len": 300, "concurrency": 8}


def spelled(value: Any) -> str:
    """A signature as the reference writes it: of defaults only those that are plain."""
    signature = inspect.signature(value)
    parts: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        part = f"{stars}{parameter.name}: {parameter.annotation}"
        default = parameter.default
        if default is not parameter.empty:
            literal = default is None or type(default) in {int, float, str, bool}
            part += f" = {default!r}" if literal else " = …"
        parts.append(part)
    returned = "" if isinstance(value, type) else f" -> {signature.return_annotation}"
    return f"({', '.join(parts)}){returned}"


def section(name: str) -> str:
    """What the reference says of one name."""
    text = REFERENCE.read_text(encoding="utf-8")
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{name} is not in {REFERENCE.name}"
    return found[1]


def keys(name: str) -> list[str]:
    """The names in the first column of a section's table, in their order."""
    rows = re.findall(r"^\| (`.*?) \|", section(name), re.MULTILINE)
    return [key for row in rows for key in re.findall(r"`(\w+)`", row)]


@pytest.mark.parametrize("name", costs.__all__)
def test_every_public_name_is_in_the_reference(name: str) -> None:
    value = getattr(costs, name)
    if hasattr(value, "__required_keys__"):
        assert keys(name) == list(value.__annotations__)
        required = re.findall(r"^\| `(\w+)` \* \|", section(name), re.MULTILINE)
        assert required == [
            key for key, kind in value.__annotations__.items() if REQUIRED in str(kind)
        ]
    elif is_dataclass(value) and name != "Chart":
        assert sorted(keys(name)) == sorted(field.name for field in fields(value))
    else:
        assert f"    {name}{spelled(value)}\n" in section(name)
    assert inspect.getdoc(value)


def test_every_pure_part_is_as_the_reference_writes_it() -> None:
    lines = re.findall(r"^    (equipoise\.[\w.]+)(\(.*)$", section("The pure parts"), re.MULTILINE)

    assert len(lines) > 20
    for path, signature in lines:
        module, _, name = path.rpartition(".")
        assert signature == spelled(getattr(importlib.import_module(module), name)), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```python\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shown.py").write_text("".join(dedent(block) for block in blocks))
    names = runpy.run_path("shown.py")

    assert len(blocks) > 3
    assert names["page"].answer


def test_what_the_docstrings_show_is_what_comes() -> None:
    found = doctest.testmod(costs)

    assert found.attempted > 5
    assert found.failed == 0


def test_flags_are_those_of_the_commands() -> None:
    options = {parameter.name for parameter in command.explore.params}
    one_point = {parameter.name for parameter in estimate_command.params}

    assert set(costs.ExploreFlags.__annotations__) == {row.name for row in fields(Exploration)}
    assert set(costs.ExploreFlags.__annotations__) == options - {
        *("as_json", "day", "config", "chart", "why")
    }
    assert set(costs.EstimateFlags.__annotations__) == one_point - {
        *("as_json", "batch", "out", "why")
    }


def test_what_is_not_said_is_what_the_command_takes() -> None:
    defaults = {
        row.name: row.default
        for row in fields(Exploration)
        if row.default not in (MISSING, None, ())
    }
    context = click.Context(command.explore)
    said = {
        option.name: option.get_default(context)
        for option in command.explore.params
        if option.name in defaults
    }

    assert len(said) > 5
    assert said == defaults


def test_a_workload_file_gives_the_page_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text(DRAFT)
    file = str(tmp_path / "draft.toml")
    done = run(tmp_path, "cost", file, "--date", DAY.isoformat(), "--json")

    assert costs.to_json(costs.cost(file, today=DAY)) == done.stdout


def test_a_workload_with_items_is_counted_inside_an_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absent: Callable[[str], NoReturn]
) -> None:
    monkeypatch.chdir(tmp_path)

    async def cell() -> costs.CostPage:
        return costs.cost(ROOT / "examples/support-triage/workload.toml", today=DAY)

    try:
        page = asyncio.run(cell())
    except EngineError as error:
        absent(str(error))
    assert any(row.lengths.input > 0 for row in page.candidates)


def test_numbers_of_numpy_and_of_pandas_are_numbers() -> None:
    plain = costs.explore(**VENDOR, **MONTH)
    others = {"requests_per_month": np.int64(10**6), "input_tokens": np.float64(1200)}
    moment = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)

    assert costs.explore(**VENDOR, **{**MONTH, **others}) == plain
    assert costs.explore(**VENDOR, **{**MONTH, "requests_per_month": 1e6}) == plain
    assert costs.explore(**VENDOR, **{**MONTH, "today": moment}) == plain
    assert costs.explore(against=["openai/gpt-5-mini"], **MONTH) == plain


def test_numbers_of_numpy_describe_a_point() -> None:
    numbers = {"devices": np.int64(2), "concurrency": np.int64(8), "input_tokens": 1e3}
    plain = costs.estimate(**SMALL, **LOAD, devices=2)

    assert costs.estimate(**SMALL, **{**LOAD, **numbers}) == plain
    assert costs.to_json(costs.estimate(**SMALL, **{**LOAD, **numbers})) == costs.to_json(plain)


def test_a_misspelt_target_is_said_below_the_error() -> None:
    with pytest.raises(ConfigurationError) as caught:
        costs.explore(against="openai/gpt-5-mni", **MONTH)

    assert any("Did you mean 'gpt-5-mini'?" in note for note in caught.value.__notes__)


def test_the_next_step_is_said_below_the_error() -> None:
    with pytest.raises(UnknownHardwareError) as caught:
        costs.estimate(model="qwen3-8b", device="l44", **LOAD)

    assert caught.value.__notes__ == [caught.value.hint]


@pytest.mark.parametrize(
    "flags",
    [{}, {"model": "qwen3-8b"}, {"hardware": "l4"}, {"model": "qwen3-8b", **VENDOR}],
)
def test_flags_that_do_not_go_together_are_refused(flags: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"name a model|go together"):
        costs.explore(**flags, **MONTH)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"model": "qwen3-8b"}, "Give --device or --hardware"),
        ({**SMALL, "hardware": "l4"}, "not both"),
        ({"model": "qwen3-8b", "device": "h100x4"}, "--devices 4"),
        ({**SMALL, "devices": 0}, "not in the range"),
        ({**SMALL, "devices": 2.5}, "not a valid integer"),
        ({**SMALL, "precision": "fp9"}, "Did you mean 'fp8'"),
    ],
)
def test_a_point_that_cannot_be_meant_is_refused(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        costs.estimate(**flags, **LOAD)


@pytest.mark.parametrize(
    ("function", "flags"), [(costs.explore, {**VENDOR, **MONTH}), (costs.estimate, LOAD)]
)
def test_a_flag_that_there_is_not_is_refused(
    function: Callable[..., object], flags: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match="'quantisation'"):
        function(**flags, quantisation=4)


def test_rows_have_the_figures_of_the_record_under_the_same_names() -> None:
    page = costs.explore(model="llama-3.3-70b-instruct", hardware="h100x4", **VENDOR, **MONTH)
    vendor, own = costs.rows(page.candidates)
    recorded = json.loads(costs.to_json(page))["candidates"]

    assert list(vendor) == list(own)
    assert own["monthly_usd"] == recorded[1]["monthly_usd"]
    assert own["lengths.input"] == recorded[1]["lengths"]["input"] == 1200
    assert own["against.reference"] == "openai/gpt-5-mini"
    assert vendor["against.reference"] is None
    assert not {"against", "lengths", "ways", "notes"} & set(own)
    assert [row["way"] for row in costs.rows(page.candidates[1].ways)] == [
        way["way"] for way in recorded[1]["ways"]
    ]


def test_a_table_comes_back_with_its_own_cells_and_a_reason_where_there_is_no_estimate() -> None:
    numbers = {**POINT, "input_len": np.float64(1000), "tpot_ms": 7.5, "note": None}
    empty = {**POINT, "concurrency": nan}
    good, bad = costs.estimate_table([numbers, empty])
    (plain,) = costs.estimate_table([POINT])

    assert good["concurrency"] == 8
    assert good["measured_tpot_ms"] == 7.5
    assert good["tpot_ms"] == plain["tpot_ms"]
    assert good["reason"] is None
    assert bad["tpot_ms"] is None
    assert bad["reason"] == "the row gives neither a concurrency nor a rate"
    assert list(good) == list(bad)


def test_an_answered_table_may_be_asked_again() -> None:
    once = costs.estimate_table([POINT])

    assert costs.estimate_table(once) == once


@pytest.mark.parametrize("points", [[], [{"model": "qwen3-8b", "gpu": "l4"}]])
def test_a_table_that_is_none_says_what_it_lacks(points: list[dict[str, object]]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        costs.estimate_table(points)

    assert all(note.startswith("the rows: ") for note in caught.value.__notes__)
    assert caught.value.__notes__


def test_a_chart_shows_itself_and_its_text_is_not_in_the_way() -> None:
    chart = costs.chart(costs.explore(**VENDOR, **MONTH))

    assert chart._repr_svg_() == chart.svg
    assert chart.svg.startswith("<svg")
    assert repr(chart) == "Chart()"


def test_where_nothing_has_a_price_there_is_no_chart() -> None:
    page = costs.explore(model="llama-3.3-70b-instruct", hardware="l4", **MONTH)

    with pytest.raises(NotFoundError, match="nothing to draw"):
        costs.chart(page)
