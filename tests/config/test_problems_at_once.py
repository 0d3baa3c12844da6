"""What is wrong in one place of a workload file hides nothing that is wrong in another."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.errors import ConfigurationError, Problem

Reader = Callable[..., tuple[Problem, ...]]


def test_the_file_that_is_changed_here_is_right(workload_file: Path) -> None:
    workload = load_workload(workload_file, load_settings(None))

    assert [candidate.id for candidate in workload.candidates] == ["small", "gpt"]
    assert len(workload.items) == 12


def test_every_mistake_of_a_file_and_of_those_it_names_is_reported_at_once(
    problems_after: Reader, workload_file: Path
) -> None:
    with (workload_file.parent / "items.jsonl").open("a") as items:
        items.write('{"id": "t12"}\n')
    (workload_file.parent / "shots.jsonl").unlink()
    found = problems_after(
        ("quality_floor = 0.85", "quality_flor = 0.85"),
        ('scorer = "exact_label"', 'scorer = "exact"'),
        ("availability = 0.99", "availability = 99"),
        ('incumbent = "gpt"', 'incumbent = "claude"'),
        ('hardware = "cpu-2vcpu"', 'hardware = "cpu"'),
        ('"openai/gpt-4.1-mini"', '"openai/gpt-9"'),
        ("accept_rate_high = 1", "accept_rate_high = 0.5"),
    )

    assert [(Path(problem.path).name, problem.key) for problem in found] == [
        ("workload.toml", "incumbent"),
        ("workload.toml", "task.scorer"),
        ("workload.toml", "requirements"),
        ("workload.toml", "requirements.quality_flor"),
        ("workload.toml", "requirements.availability"),
        ("workload.toml", "candidates[1].hardware"),
        ("workload.toml", "candidates[2].target"),
        ("workload.toml", "candidates[2].assume.accept_rate_low"),
        ("items.jsonl", "input"),
        ("items.jsonl", "expected"),
        ("shots.jsonl", ""),
    ]


def test_what_is_wrong_in_one_candidate_casts_no_doubt_on_another(
    problems_after: Reader,
) -> None:
    # Its target is no text, so its id is not known: the incumbent may be it.
    found = problems_after(('id = "gpt"\n', ""), ('target = "openai/gpt-4.1-mini"', "target = 7"))

    assert [problem.key for problem in found] == ["candidates[2].target"]


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (('scorer = "exact_label"', "scorer = 7"), "task.scorer"),
        (
            ('scorer = "exact_label"', 'scorer = "exact_label"\njudged = [["queue"]]'),
            "task.judged[1]",
        ),
        (('items = "items.jsonl"', "items = 1979-05-27"), "task.items"),
    ],
)
def test_a_value_of_the_wrong_kind_is_one_problem_and_is_looked_at_no_further(
    edit: tuple[str, str], key: str, problems_after: Reader
) -> None:
    assert [problem.key for problem in problems_after(edit)] == [key]


@pytest.mark.parametrize("name", ["items", "shots"])
def test_a_file_that_is_not_there_is_one_problem_and_is_not_called_too_short(
    name: str, problems_after: Reader, workload_file: Path
) -> None:
    (problem,) = problems_after((f'"{name}.jsonl"', f'"{name}.json"'))

    assert problem.path == str(workload_file.with_name(f"{name}.json"))
    assert problem.reason == "cannot be read: No such file or directory"


def test_a_belief_may_be_a_single_number(problems_after: Reader) -> None:
    assert problems_after(("accept_rate_high = 1,", "accept_rate_high = 0.9,")) == ()


def test_all_items_may_be_asked_whatever_number_the_file_sets(workload_file: Path) -> None:
    text = workload_file.read_text()
    workload_file.write_text(text.replace("items = 12", "items = 500"))
    workload = load_workload(workload_file, load_settings(None), every_item=True)

    assert workload.trial.items == 12


def test_a_worked_example_is_shown_in_its_own_letters(workload_file: Path) -> None:
    text = workload_file.read_text()
    workload_file.write_text(text.replace('"delivery"]', '"delivery", "Rückgabe"]'))
    shots = workload_file.parent / "shots.jsonl"
    shots.write_text(shots.read_text().replace("delivery", "Rückgabe"))
    workload = load_workload(workload_file, load_settings(None))

    assert workload.task.shots[0].answer == '{"queue": "Rückgabe"}'


def test_a_long_value_is_cut_in_the_message(problems_after: Reader) -> None:
    (problem,) = problems_after(('name = "triage"', f'name = "{"X" * 5000}"'))

    assert len(problem.reason) < 150


def test_values_nested_too_deeply_are_a_problem_and_no_crash(workload_file: Path) -> None:
    workload_file.write_text("a = " + "[" * 20_000 + "]" * 20_000)

    with pytest.raises(ConfigurationError) as caught:
        load_workload(workload_file, load_settings(None))
    assert caught.value.problems[0].reason == "nested too deeply to be read"


def inline(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {inline(v)}' for key, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    return str(value) if isinstance(value, float) else json.dumps(value)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in parsed data but the whole."""
    inside: dict[str | int, object] = {}
    if isinstance(value, dict):
        inside = value
    elif isinstance(value, list):
        inside = dict(enumerate(value))
    for key, inner in inside.items():
        yield (*path, key)
        yield from places(inner, (*path, key))


ANYTHING = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.sampled_from(["", "a", "a/b", "local/gpt-4.1-mini", "items.jsonl", ".", "\0"]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner, max_size=2),
    max_leaves=4,
)


@given(st.data())
def test_no_value_in_any_place_is_more_than_a_problem_of_this_file_on_its_line(
    workload_text: str, workload_folder: Path, data: st.DataObject
) -> None:
    parsed = tomllib.loads(workload_text)
    *parents, last = data.draw(st.sampled_from(list(places(parsed))))
    table: Any = parsed
    for part in parents:
        table = table[part]
    table[last] = data.draw(ANYTHING)
    path = workload_folder / "workload.toml"
    path.write_text("".join(f"{key} = {inline(value)}\n" for key, value in parsed.items()))
    ours = [problem for problem in problems_of(path) if problem.path == str(path)]

    lines = [list(parsed).index(re.split(r"[.\[]", problem.key)[0]) for problem in ours]
    assert [problem.line for problem in ours] == [line + 1 for line in lines]


def problems_of(path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a workload file; any other error is the reader's own."""
    try:
        load_workload(path, load_settings(None))
    except ConfigurationError as error:
        return error.problems
    return ()
