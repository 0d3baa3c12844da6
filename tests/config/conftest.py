"""A workload file that is right, and what the reader says of it once something is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.errors import ConfigurationError, Problem

WORKLOAD = """\
version = 1
name = "triage"
title = "Sort messages"
data_class = "internal"
incumbent = "gpt"

[task]
system = "Sort the message."
items = "items.jsonl"
shots = "shots.jsonl"
scorer = "exact_label"
max_output_tokens = 16

[task.answer]
queue = ["billing", "delivery"]

[requirements]
quality_floor = 0.85
latency_p95_ms = 3000
availability = 0.99
licence_use = ["internal"]

[requirements.volume]
requests_per_month = 300_000
peak_to_mean = 3.0

[costs]
rejected_answer_usd = 0.4
engineer_usd_per_year = 120_000
self_hosting_fte = 0.1
vendor_fte = 0.05

[trial]
items = 12

[[candidates]]
id = "small"
target = "local/smollm2-135m-instruct"
hardware = "cpu-2vcpu"
shots = 2

[[candidates]]
id = "gpt"
target = "openai/gpt-4.1-mini"
assume = { accept_rate_low = 0.9, accept_rate_high = 1, why = "a guess to begin with" }
"""
ITEMS = "".join(
    f'{{"id": "t{n}", "input": "message {n}", "expected": "billing"}}\n' for n in range(12)
)
SHOTS = "".join(
    f'{{"id": "s{n}", "input": "example {n}", "expected": "delivery"}}\n' for n in range(2)
)

Edit = tuple[str, str]
Reader = Callable[..., tuple[Problem, ...]]


def edited(text: str, *edits: Edit) -> str:
    """The text with each passage replaced; a passage that is not there is a fault of the test."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def write_named(folder: Path) -> None:
    """Put the files that the workload file names into its folder."""
    (folder / "items.jsonl").write_text(ITEMS)
    (folder / "shots.jsonl").write_text(SHOTS)


@pytest.fixture(scope="session")
def workload_text() -> str:
    """What a right workload file says."""
    return WORKLOAD


@pytest.fixture(scope="module")
def workload_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that a workload file names, for as many of those as one likes."""
    folder = tmp_path_factory.mktemp("workload")
    write_named(folder)
    return folder


@pytest.fixture
def workload_file(tmp_path: Path) -> Path:
    """The path of the workload file, with the files it names beside it."""
    write_named(tmp_path)
    path = tmp_path / "workload.toml"
    path.write_text(WORKLOAD)
    return path


@pytest.fixture
def problems_after(workload_file: Path) -> Reader:
    """Change passages of the workload file and read it; returns everything that is wrong."""

    def read(*edits: Edit) -> tuple[Problem, ...]:
        workload_file.write_text(edited(WORKLOAD, *edits))
        try:
            load_workload(workload_file, load_settings(None))
        except ConfigurationError as error:
            return error.problems
        return ()

    return read


@pytest.fixture
def line_with(workload_file: Path) -> Callable[[str], int]:
    """The number of the only line of the workload file that holds a passage."""

    def find(passage: str) -> int:
        lines = workload_file.read_text().splitlines()
        (number,) = [n for n, line in enumerate(lines, start=1) if passage in line]
        return number

    return find
