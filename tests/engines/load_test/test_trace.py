"""Traces in Mooncake's format: read with every bad line named, and replayed in their own times."""

from __future__ import annotations

import json
from itertools import repeat
from pathlib import Path

import pytest
from tests.engines.load_test.loading import PROMPTS, answer, put

from equipoise.domain.load_test import Arrival
from equipoise.engines.load_test.levels import LevelPlan, Load, arrivals
from equipoise.engines.load_test.loops import Limits
from equipoise.engines.load_test.trace import read_trace
from equipoise.errors import ConfigurationError

ROWS = [
    {"timestamp": 3000, "input_length": 30, "output_length": 4, "hash_ids": [0]},
    {"timestamp": 3100, "input_length": 40, "output_length": 5, "hash_ids": [0, 1]},
    {"timestamp": 3050, "input_length": 20, "output_length": 6, "hash_ids": [2]},
    {"timestamp": 3400, "input_length": 10, "output_length": 7},
]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A trace of four requests, one of them out of order."""
    path = tmp_path / "trace.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def test_a_trace_is_read_in_order_of_time_from_its_first_request(trace: Path) -> None:
    found = read_trace(trace)

    assert [row.at for row in found] == pytest.approx([0.0, 0.05, 0.1, 0.4])
    assert [row.input_tokens for row in found] == [30, 20, 40, 10]
    assert [row.blocks for row in found] == [(0,), (2,), (0, 1), ()]


def test_only_the_first_lines_are_read_where_no_more_are_wanted(trace: Path) -> None:
    with trace.open("a") as file:
        file.write("this is never looked at\n")

    assert [row.input_tokens for row in read_trace(trace, first=2)] == [30, 40]


def test_every_line_that_is_no_request_is_named(trace: Path) -> None:
    with trace.open("a") as file:
        file.write('{"timestamp": 1, "input_length": 0, "output_length": 3}\n\nnot JSON\n')
    with pytest.raises(ConfigurationError) as raised:
        read_trace(trace)

    assert [problem.line for problem in raised.value.problems] == [5, 7]
    assert "input_length" in str(raised.value.problems[0])


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_trace_of_nothing_is_a_problem(trace: Path, text: str) -> None:
    trace.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        read_trace(trace)

    assert "no request to replay" in str(raised.value.problems[0])


def test_a_trace_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        read_trace(tmp_path / "none.jsonl")


def test_a_speed_divides_the_times(trace: Path) -> None:
    load = Load(PROMPTS, Limits(None, None, 1.0), trace=read_trace(trace))
    slow, fast = (
        [at for at, _ in arrivals(LevelPlan(Arrival.TRACE, speed=speed), load)]
        for speed in (1.0, 4.0)
    )

    assert fast == pytest.approx([at / 4 for at in slow])


def test_a_replay_puts_the_requests_in_their_order_with_their_lengths(trace: Path) -> None:
    plan = LevelPlan(Arrival.TRACE, speed=2.0)
    found = put(plan, repeat(answer()), trace=read_trace(trace))
    bodies = [request.body for request in found.upstream.requests]
    texts = [body["messages"][0]["content"].partition("\n\n")[2].split() for body in bodies]

    assert [len(text) for text in texts] == [30, 20, 40, 10]
    assert [body["max_completion_tokens"] for body in bodies] == [4, 6, 5, 7]
    assert texts[0] == texts[2][:30], "both begin with the block of hash 0"
    assert (found.level.arrival, found.level.speed) == (Arrival.TRACE, 2.0)
    moments = [request.at for request in found.upstream.requests]
    assert moments[-1] - moments[0] >= 0.2 - 0.05


def test_a_replay_stops_at_the_number_of_requests_that_is_wanted(trace: Path) -> None:
    plan = LevelPlan(Arrival.TRACE, speed=100.0)
    found = put(plan, repeat(answer()), trace=read_trace(trace), requests=2)

    assert len(found.upstream.requests) == found.level.requests == 2
