"""A workload's volume and lengths out of its calls, and the draft that a workload file takes."""

from __future__ import annotations

import tomllib
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.imports.test_formats import GOLDEN_CHAT

from equipoise.config.workload_schema import VolumeTable
from equipoise.domain.request import Usage
from equipoise.trials.imports.call import RecordedCall
from equipoise.trials.imports.reading import Logs
from equipoise.trials.imports.traffic import draft, traffic

START = datetime(2026, 3, 1, tzinfo=UTC)


def at(*hours: float | None) -> list[RecordedCall]:
    """Calls this many hours after the start; None is one without a date."""
    return [
        replace(GOLDEN_CHAT, started=START + timedelta(hours=hour) if hour is not None else None)
        for hour in hours
    ]


def test_one_call_an_hour_is_seven_hundred_and_thirty_a_month_without_a_peak() -> None:
    found = traffic(at(*range(168)))

    assert (found.hours, found.requests_per_month, found.peak_to_mean) == (168, 730, 1.0)


def test_the_peak_is_the_fullest_hour_over_the_mean_hour() -> None:
    found = traffic(at(0, 1, 2, 2.1, 2.2, 2.9, 3))

    assert (found.hours, found.busiest_hour) == (4, 4)
    assert found.peak_to_mean == pytest.approx(4 / (7 / 4))


def test_calls_in_any_order_come_to_the_same() -> None:
    assert traffic(at(5, 0, 2)) == traffic(at(0, 2, 5))


def test_calls_without_a_date_came_at_the_rate_of_the_others() -> None:
    found = traffic(at(0, 1, None, None))

    assert (found.requests, found.dated, found.requests_per_month) == (4, 2, 4 * 730 // 2)
    assert found.peak_to_mean == 1.0
    assert "2 of them have no date" in draft(found)


def test_lengths_are_of_the_calls_that_were_counted() -> None:
    calls = [replace(GOLDEN_CHAT, usage=Usage(size, 10 * size)) for size in range(1, 101)]
    found = traffic([*calls, replace(GOLDEN_CHAT, usage=None, seconds=None)])

    assert found.input_tokens is not None
    assert astuple(found.input_tokens) == pytest.approx((100, 50.5, 50.5, 95.05))
    assert found.output_tokens is not None
    assert astuple(found.output_tokens) == pytest.approx((100, 505, 505, 950.5))
    assert "# input tokens of 100 requests: mean 50, median 50, 95th percentile 95" in draft(found)


def test_the_draft_is_what_a_workload_file_takes() -> None:
    text = draft(traffic(at(*range(168), 7.5)))
    table = tomllib.loads(text)["requirements"]["volume"]

    assert VolumeTable.model_validate(table) == VolumeTable(
        requests_per_month=734, peak_to_mean=1.99
    )
    assert text.startswith("# 169 requests, 2026-03-01 00:00 to 2026-03-07 23:00 UTC\n")
    assert "less than a week" not in text


def test_a_short_log_says_that_it_says_little() -> None:
    assert "# The log covers 3 h: less than a week says little of a month." in draft(
        traffic(at(0, 2.5))
    )


@pytest.mark.parametrize("calls", [[], at(None)])
def test_without_a_date_no_rate_is_stated(calls: list[RecordedCall]) -> None:
    found = traffic(calls)

    assert (found.requests_per_month, found.peak_to_mean) == (None, None)
    assert tomllib.loads(draft(found)) == {"requirements": {"volume": {}}}


@given(st.lists(st.floats(0, 2000), min_size=1, max_size=50))
def test_the_peak_is_never_below_the_mean(hours: list[float]) -> None:
    found = traffic(at(*hours))

    assert found.peak_to_mean is not None
    assert found.peak_to_mean >= 1 - 1e-12
    assert found.busiest_hour <= found.dated == len(hours)


def logs(*calls: RecordedCall) -> Logs:
    return Logs(len(calls), calls, 0, (), ())


def test_an_answer_with_an_id_is_one_call_however_often_it_is_logged() -> None:
    again = replace(GOLDEN_CHAT, seconds=9.0)

    assert list(logs(GOLDEN_CHAT, again).distinct().values()) == [GOLDEN_CHAT]


def test_equal_lines_without_an_id_are_two_calls_and_the_same_two_when_read_again() -> None:
    call = replace(GOLDEN_CHAT, answer_id="")
    twice = logs(call, call).distinct()

    assert len(twice) == 2
    assert twice.keys() == logs(call, call).distinct().keys()
    assert len(logs(call, replace(call, seconds=9.0)).distinct()) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(GOLDEN_CHAT, answer_id="chatcmpl-9"),
        replace(GOLDEN_CHAT, model="gpt-5-mini"),
        replace(GOLDEN_CHAT, answer="billing"),
        replace(GOLDEN_CHAT, usage=None),
        replace(GOLDEN_CHAT, started=START),
        replace(GOLDEN_CHAT, batch=True),
    ],
)
def test_a_call_that_differs_is_another(other: RecordedCall) -> None:
    assert other.digest != GOLDEN_CHAT.digest
