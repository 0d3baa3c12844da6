"""`equipoise trial label`: one right answer at a time, each kept before the next is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.config.conftest import WORKLOAD, edited
from tests.imports.lines import jsonl

from equipoise.cli.trial_label import command
from equipoise.compose.trial_drafts.label import open_labels
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.errors import ConfigurationError

ROWS: list[dict[str, Any]] = [
    {
        "id": f"t{n}",
        "input": f"message {n} ü",
        "expected": None,
        "incumbent_answer": '{"queue": "delivery"}' if n % 2 else "no idea",
    }
    for n in range(12)
]


@pytest.fixture
def workload(tmp_path: Path) -> Path:
    """A workload of twelve items, none of them labelled."""
    (tmp_path / "items.jsonl").write_bytes(b"\xef\xbb\xbf" + jsonl(*ROWS))
    path = tmp_path / "workload.toml"
    path.write_text(edited(WORKLOAD, ('shots = "shots.jsonl"\n', ""), ("shots = 2\n", "")))
    return path


def label(workload: Path, *said: str) -> Result:
    """Run the command with what a person types."""
    typed = "".join(f"{line}\n" for line in said)
    return CliRunner().invoke(command, [str(workload)], input=typed, standalone_mode=False)


def golds(workload: Path) -> list[Any]:
    text = workload.with_name("items.jsonl").read_text(encoding="utf-8-sig")
    return [json.loads(line)["expected"] for line in text.splitlines()]


def test_every_answer_is_kept_and_the_rest_is_asked_the_next_time(workload: Path) -> None:
    first = label(workload, "billing", "=", ".")
    second = label(workload, *["billing"] * 10)

    assert first.exception is None
    assert golds(workload)[:2] == [{"queue": "billing"}, {"queue": "delivery"}]
    assert "2 of 12 items" in first.stderr
    assert "Next: equipoise trial label" in first.stderr
    assert "message 0" not in second.stderr
    assert "Next: equipoise decide" in second.stderr
    assert len(load_workload(workload, load_settings(None)).items) == 12


def test_what_was_asked_and_what_the_incumbent_said_is_shown(workload: Path) -> None:
    shown = label(workload, ".").stderr

    assert "1 of 12" in shown
    assert "message 0 ü" in shown
    assert "The incumbent answered: no idea" in shown
    assert "queue (billing, delivery)" in shown


def test_an_answer_that_does_not_fit_is_asked_for_again(workload: Path) -> None:
    result = label(workload, "biling", "=", "billing", ".")

    assert "is not one of the allowed words" in result.stderr
    assert "That is no answer that fits." in result.stderr
    assert golds(workload)[:2] == [{"queue": "billing"}, None]


def test_an_item_may_wait(workload: Path) -> None:
    label(workload, "-", "", "billing", ".")

    assert golds(workload)[:4] == [None, None, {"queue": "billing"}, None]


def test_an_end_of_input_loses_nothing(workload: Path) -> None:
    label(workload, "billing")

    assert golds(workload)[:2] == [{"queue": "billing"}, None]


def test_other_lines_stay_as_they_are_and_so_does_who_may_read_them(workload: Path) -> None:
    path = workload.with_name("items.jsonl")
    path.chmod(0o600)
    before = path.read_bytes().split(b"\n")
    label(workload, "-", "billing", ".")
    after = path.read_bytes().split(b"\n")

    assert [n for n, line in enumerate(before) if line != after[n]] == [1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in workload.parent.iterdir()) == [
        "items.jsonl",
        "workload.toml",
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[1:], "holds another item by now"),
        (lambda rows: [{**rows[0], "input": "other"}, *rows[1:]], "holds another item by now"),
        (lambda rows: [{**rows[0], "id": "other"}, *rows[1:]], "holds another item by now"),
        (lambda rows: [], "holds another item by now"),
        (
            lambda rows: [{**rows[0], "expected": {"queue": "billing"}}, *rows[1:]],
            "has a right answer by now",
        ),
    ],
)
def test_an_answer_is_never_written_to_another_item(
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]], reason: str, workload: Path
) -> None:
    labels = open_labels(workload)
    path = workload.with_name("items.jsonl")
    path.write_bytes(jsonl(*change(ROWS)))
    before = path.read_bytes()

    with pytest.raises(ConfigurationError) as caught:
        labels.save(labels.unlabelled[0], {"queue": "delivery"})
    assert reason in caught.value.problems[0].reason
    assert path.read_bytes() == before


def test_what_would_steer_a_terminal_is_shown_and_not_obeyed(workload: Path) -> None:
    hostile = "a\x1b]0;b\x07 \x9b2J\r\u202ec\n\td é\u200d\U000e0041"
    row = {**ROWS[0], "input": hostile, "incumbent_answer": hostile}
    workload.with_name("items.jsonl").write_bytes(jsonl(row, *ROWS[1:]))
    shown = label(workload, ".").stderr

    told = "a\\x1b]0;b\\x07 \\x9b2J\\x0d\\u202ec\n\td é\u200d\\U000e0041"
    assert shown.count(told) == 2
    assert "\x1b" not in shown


def test_text_answers_are_texts(workload: Path) -> None:
    text = workload.read_text().replace('[task.answer]\nqueue = ["billing", "delivery"]\n', "")
    workload.write_text(text.replace("exact_label", "exact_text"))
    label(workload, "a whole sentence", "=", ".")

    assert golds(workload)[:2] == ["a whole sentence", '{"queue": "delivery"}']


def test_fields_are_asked_one_by_one(workload: Path) -> None:
    fields = 'queue = ["billing", "delivery"]\nurgent = "boolean"\ndays = "integer"\n'
    text = workload.read_text().replace('queue = ["billing", "delivery"]\n', fields)
    workload.write_text(text.replace("exact_label", "exact_fields"))
    label(workload, "billing", "true", "three", "billing", "false", "3", ".")

    assert golds(workload)[0] == {"queue": "billing", "urgent": False, "days": 3}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('items = "items.jsonl"\n', "", "missing"),
        ('"items.jsonl"', '"items.csv"', "is no file that can be labelled here"),
        ('"items.jsonl"', '"none.jsonl"', "cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_labelled_is_said(old: str, new: str, reason: str, workload: Path) -> None:
    workload.with_name("items.csv").write_text("input\nx\n")
    workload.write_text(edited(workload.read_text(), (old, new)))

    with pytest.raises(ConfigurationError) as caught:
        open_labels(workload)
    assert [problem.reason for problem in caught.value.problems] == [reason]
