"""A candidate's load test: read with its digest, and refused where it is none of the candidate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, LoadTest, Ranged
from equipoise.engines.load_test import result_file
from equipoise.errors import Problem

Reader = Callable[..., tuple[Problem, ...]]
SMOLLM2 = "smollm2-135m-instruct"
SMALL = 'hardware = "cpu-2vcpu"\n'
NAMED = (SMALL, f'{SMALL}bench = "bench.json"\n')


def write(
    folder: Path,
    *,
    model: str = SMOLLM2,
    hardware: str | None = "cpu-2vcpu",
    requests: int = 9,
) -> LoadTest:
    """Put a load test beside the workload file."""
    level = LoadLevel(
        arrival=Arrival.CLOSED,
        concurrency=2,
        requests=requests,
        duration_seconds=9.0,
        requests_per_second=Ranged(1.0),
        input_tokens=100.0,
        output_tokens=20.0,
        input_tokens_per_second=100.0,
        output_tokens_per_second=20.0,
        achieved_concurrency=2.0,
        ttft=Distribution(9, 0.5),
    )
    test = LoadTest("local", model, date(2026, 11, 25), (level,), "equipoise 0", hardware=hardware)
    result_file.write(test, folder / "bench.json")
    return test


def test_a_load_test_is_read_with_its_path_and_digest(
    workload_file: Path, problems_after: Reader
) -> None:
    test = write(workload_file.parent)
    assert problems_after(NAMED) == ()
    small, gpt = load_workload(workload_file, load_settings(None)).candidates

    assert small.bench is not None
    assert small.bench.path == str(workload_file.parent / "bench.json")
    raw = (workload_file.parent / "bench.json").read_bytes()
    assert small.bench.digest == hashlib.sha256(raw).hexdigest()
    assert small.bench.test.levels == test.levels
    assert gpt.bench is None


def test_a_file_that_is_not_there_is_named_with_its_line_and_how_to_make_it(
    problems_after: Reader, line_with: Callable[[str], int]
) -> None:
    (problem,) = problems_after(NAMED)

    assert (problem.line, problem.key) == (line_with("bench ="), "candidates[1].bench")
    assert problem.reason == "no such file"
    assert "equipoise engine bench" in problem.suggestion


@pytest.mark.parametrize(
    ("model", "hardware", "requests", "reason"),
    [
        (SMOLLM2, "l4", 9, "was measured on l4, and the candidate runs on cpu-2vcpu"),
        ("llama-3.1-8b-instruct", None, 9, "measured llama-3.1-8b-instruct, not smollm2"),
        (SMOLLM2, None, 0, "holds no level with an answer"),
    ],
)
def test_a_test_of_something_else_is_a_problem(
    workload_file: Path,
    problems_after: Reader,
    model: str,
    hardware: str | None,
    requests: int,
    reason: str,
) -> None:
    write(workload_file.parent, model=model, hardware=hardware, requests=requests)
    (problem,) = problems_after(NAMED)

    assert reason in problem.reason


def test_a_server_may_call_the_model_as_it_likes_and_leave_the_machine_out(
    workload_file: Path, problems_after: Reader
) -> None:
    write(workload_file.parent, model="HuggingFaceTB/SmolLM2-135M-Instruct", hardware=None)

    assert problems_after(NAMED) == ()


def test_a_file_that_is_no_load_test_is_a_problem_of_that_file(
    workload_file: Path, problems_after: Reader
) -> None:
    (workload_file.parent / "bench.json").write_text('{"schema": "equipoise.decision/1"}')
    (problem,) = problems_after(NAMED)

    assert problem.path.endswith("bench.json")
    assert "its schema is not 'equipoise.engine_bench/1'" in problem.reason


def test_a_vendors_candidate_has_no_load_test(workload_file: Path, problems_after: Reader) -> None:
    write(workload_file.parent)
    target = 'target = "openai/gpt-4.1-mini"\n'
    (problem,) = problems_after((target, f'{target}bench = "bench.json"\n'))

    assert "a vendor charges by the token" in problem.reason
