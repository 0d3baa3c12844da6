"""Every line is a call, a batch's input or a problem with its number; no line stops an import."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.imports.lines import (
    ASKED,
    BATCH_INPUT,
    BATCH_OUTPUT,
    CHAT,
    CHUNKS,
    COMPLETION,
    FRAMES,
    MESSAGES,
    jsonl,
    read,
    read_bytes,
)

from equipoise.compose.call_prices import price_calls
from equipoise.compose.log_import import record_of_call
from equipoise.domain.workload import DataClass
from equipoise.ledger.rows import check_record
from equipoise.trials.imports.reading import Logs
from equipoise.trials.imports.traffic import draft, traffic

SECRET = "swordfish"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "the line is not a JSON object"),
        ({}, "no response: it stands under 'response'"),
        ({"response": 3}, "the response is not a JSON object"),
        (
            {"response": {"object": "embedding"}},
            (
                "the response is neither a chat completion ('choices') nor a message "
                "('type': 'message')"
            ),
        ),
        ({**CHAT, "request": "x"}, "the request is not JSON in UTF-8"),
        ({**CHAT, "request": {"model": "m"}}, "request: Object missing required field messages"),
        (
            {**CHAT, "response": {**COMPLETION, "usage": {"prompt_tokens": -1}}},
            "response.usage.prompt_tokens: Expected int >= 0",
        ),
        (
            {
                **CHAT,
                "response": {
                    **COMPLETION,
                    "usage": {"prompt_tokens": 10**10, "completion_tokens": 1},
                },
            },
            "response.usage.prompt_tokens: Expected int <= 1000000000",
        ),
        ({**CHAT, "response": {**COMPLETION, "choices": []}}, "response.choices is empty"),
        (
            {"response": {**COMPLETION, "model": None}},
            "neither the response nor the request names a model",
        ),
        ({**CHAT, "started_at": "yesterday"}, "started_at is no moment"),
        ({**CHAT, "started_at": True}, "started_at is no moment"),
        ({**CHAT, "started_at": "1912-06-23"}, "started_at is before 1970"),
        ({**CHAT, "duration_ms": "fast"}, "duration_ms is no number"),
        ({**CHAT, "duration_ms": -1}, "duration_ms is no time that a call takes"),
        (
            {**CHAT, "response": CHUNKS[:2]},
            "the stream ends before the answer does, or is no stream",
        ),
        (
            {**MESSAGES, "response": FRAMES[:-1]},
            "the stream ends before the answer does, or is no stream",
        ),
        (
            {**MESSAGES, "response": [FRAMES[0], {"type": "error", "error": {"message": SECRET}}]},
            "the call failed: the endpoint broke its answer off",
        ),
        ({**CHAT, "response": {"status": 429, "body": {}}}, "the call failed: HTTP 429"),
        (
            {**CHAT, "response": {"error": {"type": "rate_limit_error", "message": SECRET}}},
            "the call failed: rate_limit_error",
        ),
        (
            {**BATCH_OUTPUT, "response": None, "error": {"code": "batch_expired"}},
            "the call failed: batch_expired",
        ),
        ({**BATCH_OUTPUT, "custom_id": 3}, "custom_id is no text"),
        ({**BATCH_INPUT, "body": None}, "the request is not a JSON object"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_reason(row: object, reason: str) -> None:
    logs = read(CHAT, row, MESSAGES)

    assert [str(problem) for problem in logs.problems] == [f"log.jsonl:2: {reason}"]
    assert (logs.lines, len(logs.calls)) == (3, 2)


@pytest.mark.parametrize("line", [b'{"cut', b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000])
def test_a_line_that_is_no_json_is_one_bad_line(line: bytes) -> None:
    logs = read_bytes(jsonl(CHAT) + line + b"\n" + jsonl(MESSAGES))

    assert [problem.line for problem in logs.problems] == [2]
    assert len(logs.calls) == 2


def test_a_reason_repeats_nothing_that_was_asked() -> None:
    rows = [
        {**CHAT, "request": {"messages": SECRET}},
        {**CHAT, "request": {"messages": [{"role": {"x": SECRET}}]}},
        {**CHAT, "response": {"error": SECRET}},
        {**CHAT, "response": {"error": {"type": f"{SECRET} is not allowed"}}},
        {**CHAT, "started_at": SECRET},
        {**CHAT, "response": {"choices": [{"message": {"content": 3, "x": SECRET}}]}},
    ]
    logs = read(*rows)

    assert len(logs.problems) == len(rows)
    assert not any(SECRET in str(problem) for problem in logs.problems)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def _broken(row: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The row with one value, however deep, exchanged for any other."""

    def exchange(value: Any, path: list[str | int], other: Any) -> Any:
        if not path:
            return other
        inner = exchange(value[path[0]], path[1:], other)
        if isinstance(value, dict):
            return {**value, path[0]: inner}
        return [inner if at == path[0] else old for at, old in enumerate(value)]

    def paths(value: Any) -> list[list[str | int]]:
        if not isinstance(value, dict | list):
            return [[]]
        keys = list(value.items() if isinstance(value, dict) else enumerate(value))
        return [[], *([key, *rest] for key, inner in keys for rest in paths(inner))]

    return st.builds(exchange, st.just(row), st.sampled_from(paths(row)[1:]), _json)


STREAM = {"request": ASKED, "response": CHUNKS}
GOOD: list[dict[str, Any]] = [
    CHAT,
    MESSAGES,
    BATCH_INPUT,
    BATCH_OUTPUT,
    STREAM,
    {"request": ASKED, "response": FRAMES},
]
_rows = _json | st.sampled_from(GOOD).flatmap(_broken)
_lines = st.binary(max_size=20).map(lambda line: line.replace(b"\n", b" ")) | _rows.map(
    lambda row: json.dumps(row).encode()
)


def counted(logs: Logs) -> int:
    """How many lines are accounted for."""
    return len(logs.calls) + logs.inputs + len(logs.problems)


@given(st.lists(_lines, max_size=5))
def test_no_line_crashes_an_import_and_every_line_is_counted(lines: list[bytes]) -> None:
    logs = read_bytes(b"\n".join(lines))
    content = b"\n".join(lines).splitlines()

    assert counted(logs) == logs.lines == sum(bool(line.strip()) for line in content)
    assert sum(count for _, count in logs.formats) == len(logs.calls)
    draft(traffic(logs.distinct().values()))


@given(_rows)
def test_whatever_is_read_can_be_kept(row: object) -> None:
    calls = read(row).distinct()
    prices = price_calls(calls, date(2026, 11, 24))
    for name, call in calls.items():
        check_record(record_of_call(name, call, prices[name], "triage", DataClass.PUBLIC))
