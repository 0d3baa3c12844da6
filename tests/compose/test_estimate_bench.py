"""A load test of one's own in an estimate: what it moves, what it narrows, what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import log
from pathlib import Path
from typing import Any

import pytest

from equipoise.compose.estimates.deployment import PointOrder
from equipoise.compose.estimates.point import PointEstimate, estimate_point
from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, LoadTest, Ranged
from equipoise.economics.throughput.estimate import Range
from equipoise.engines.load_test import result_file
from equipoise.errors import ConfigurationError

ORDER = PointOrder(1000, 200, model="qwen3-8b", device="l4", concurrency=8)


def level(concurrency: int, seconds: float, **changed: Any) -> LoadLevel:
    row = LoadLevel(
        arrival=Arrival.CLOSED,
        requests=100,
        duration_seconds=60.0,
        requests_per_second=Ranged(1.0),
        input_tokens=1000.0,
        output_tokens=200.0,
        input_tokens_per_second=1000.0,
        output_tokens_per_second=concurrency / seconds,
        achieved_concurrency=float(concurrency),
        concurrency=concurrency,
        ttft=Distribution(100, 0.5),
        tpot=Distribution(100, seconds),
    )
    return replace(row, **changed)


def bench(folder: Path, *levels: LoadLevel, **changed: Any) -> Path:
    test = LoadTest("own", "qwen3-8b", date(2026, 11, 20), levels, "a test", hardware="l4")
    result_file.write(replace(test, **changed), folder / "bench.json")
    return folder / "bench.json"


def token_of(page: PointEstimate) -> Range:
    assert page.speed is not None
    return page.speed.tpot_ms


def at_a_time(many: int) -> Range:
    return token_of(estimate_point(replace(ORDER, concurrency=many)))


@pytest.mark.parametrize("factor", [0.85, 1.5])
def test_a_machine_of_ones_own_moves_the_estimate_to_it_and_narrows_its_range(
    factor: float, tmp_path: Path
) -> None:
    before = token_of(estimate_point(ORDER))
    levels = [level(many, factor * float(at_a_time(many).value) / 1000) for many in (1, 4, 16)]
    after = token_of(estimate_point(replace(ORDER, bench=bench(tmp_path, *levels))))

    assert abs(log(after.value / (factor * before.value))) < 0.6 * abs(log(factor))
    assert after.low < factor * before.value < after.high
    assert after.high / after.low < before.high / before.low


def test_what_the_load_test_is_of_stands_among_the_facts(tmp_path: Path) -> None:
    rows = (level(1, 0.07), level(4, 0.08), level(8, 0.09, ended="it stopped"))
    page = estimate_point(replace(ORDER, bench=bench(tmp_path, *rows)))
    facts = {row.subject: row for row in page.facts}

    assert facts["load test"].value == "2 of 3 levels, of qwen3-8b at own"
    assert facts["load test"].source.checked == date(2026, 11, 20)
    assert "of this machine" in facts["time per token, error on this machine"].value
    assert page.notes == ()


def test_a_load_test_of_something_else_is_said_to_be(tmp_path: Path) -> None:
    path = bench(tmp_path, level(1, 0.07), hardware="h100x4", precision="q4_k_m", model="other")
    notes = estimate_point(replace(ORDER, bench=path)).notes

    assert "the load test ran on h100x4, not on l4" in notes
    assert "the load test's weights were q4_k_m, not bf16" in notes
    assert "the load test calls its model other" in notes


@pytest.mark.parametrize(
    "changed", [{"tpot": None}, {"ended": "it stopped"}, {"arrival": Arrival.TRACE}]
)
def test_a_load_test_without_a_level_to_learn_from_is_refused(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    path = bench(tmp_path, level(1, 0.07, **changed))
    with pytest.raises(ConfigurationError) as raised:
        estimate_point(replace(ORDER, bench=path))

    assert "has no level that was run to its end" in str(raised.value.problems[0])
