"""Other programs' reports, written for this project after their documented schemas.

guidellm 0.8.1 (report version 2), aiperf 0.13.0 (schema 1.4), genai-perf 0.0.16 and vLLM's
`benchmarks/serve.py` of 2026-11, read on 2026-11-25.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from equipoise.domain.load_test import Arrival, Distribution, LoadLevel
from equipoise.engines.load_test import result_file
from equipoise.engines.load_test.imports import aiperf, guidellm, vllm_bench
from equipoise.engines.load_test.imports.reading import read_reports
from equipoise.errors import ConfigurationError

REPORTS = Path(__file__).parent / "reports"
GUIDELLM, VLLM = REPORTS / "guidellm.json", REPORTS / "vllm_bench.json"
AIPERF = REPORTS / "profile_export_aiperf.json"
GENAI_PERF = REPORTS / "profile_export_genai_perf.json"


def estimates(times: Distribution | None) -> list[float | None]:
    """Mean, p50, p90, p95 and p99 in ms."""
    assert times is not None
    rows = (times.p50, times.p90, times.p95, times.p99)
    found = [row.estimate * 1000 if row is not None else None for row in rows]
    return [round(times.mean * 1000, 6), *[round(x, 6) if x is not None else None for x in found]]


def only(levels: tuple[LoadLevel, ...]) -> LoadLevel:
    (level,) = levels
    return level


def refused(*paths: Path) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read_reports(paths)
    return "\n".join(map(str, raised.value.problems))


def changed(tmp_path: Path, source: Path, *lost: str, **more: Any) -> Path:
    """A report without some of its keys, and with others."""
    value = {key: row for key, row in json.loads(source.read_text()).items() if key not in lost}
    path = tmp_path / f"changed-{source.name}"
    path.write_text(json.dumps(value | more))
    return path


def test_guidellm_reports_every_benchmark_as_a_level() -> None:
    test = read_reports([GUIDELLM])
    synchronous, concurrent, poisson = test.levels

    assert (test.source, test.model) == ("guidellm 0.8.1", "meta-llama/Llama-3.1-8B-Instruct")
    assert (test.endpoint, test.measured_on) == ("http://gpu-1:8000", date(2026, 6, 1))
    assert (synchronous.arrival, synchronous.concurrency) == (Arrival.CLOSED, 1)
    assert (concurrent.concurrency, concurrent.failures) == (8, {"failed": 2})
    assert (poisson.arrival, poisson.rate) == (Arrival.OPEN, 2.0)
    assert concurrent.requests == 160
    assert concurrent.requests_per_second.estimate == 3.2
    assert (concurrent.input_tokens, concurrent.output_tokens) == (512, 128)
    assert concurrent.output_tokens_per_second == pytest.approx(409.6)


def test_guidellms_time_per_further_token_is_its_inter_token_latency() -> None:
    level = read_reports([GUIDELLM]).levels[0]

    assert estimates(level.tpot) == [10, 10, 11, 12, 13]
    assert estimates(level.ttft) == [130, 120, 180, 200, 260]
    assert estimates(level.latency) == [1400, 1300, 1800, 1900, 2200]


def test_aiperf_reports_one_level_and_its_warm_up_is_not_it() -> None:
    test = read_reports([AIPERF])
    level = only(test.levels)

    assert (test.source, test.model) == ("aiperf 0.13.0", "Qwen/Qwen3-8B")
    assert (test.endpoint, test.measured_on) == ("http://gpu-2:8000", date(2026, 10, 2))
    assert (level.arrival, level.concurrency, level.requests) == (Arrival.CLOSED, 8, 300)
    assert level.failures == {"failed": 3}
    assert (level.duration_seconds, level.goodput) == (60.0, 4.5)
    assert estimates(level.ttft) == [150, 140, 210, 230, 300]
    assert estimates(level.tpot) == [14.6, 14, 16, 17, 19]
    assert level.achieved_concurrency == pytest.approx(5.0 * 1.6)


def test_genai_perf_wrote_the_same_figures_and_no_day() -> None:
    test = read_reports([GENAI_PERF])
    level = only(test.levels)

    assert (test.source, test.model, level.concurrency) == ("genai-perf", "Qwen/Qwen3-8B", 16)
    assert test.measured_on == read_reports([GENAI_PERF]).measured_on
    assert estimates(level.ttft) == [150, 140, 210, 230, 300]
    assert level.duration_seconds == pytest.approx(60.0)


def test_a_unit_is_heeded(tmp_path: Path) -> None:
    given = {"unit": "us", "avg": 150_000.0, "p50": 140_000.0}
    level = only(read_reports([changed(tmp_path, AIPERF, time_to_first_token=given)]).levels)

    assert estimates(level.ttft) == [150, 140, None, None, None]


def test_an_open_loop_of_aiperf_is_one(tmp_path: Path) -> None:
    config = {"models": ["m"], "phases": [{"name": "p", "type": "poisson", "rate": 2.5}]}
    level = only(read_reports([changed(tmp_path, AIPERF, input_config=config)]).levels)

    assert (level.arrival, level.rate, level.concurrency) == (Arrival.OPEN, 2.5, None)


def test_vllm_keeps_no_95th_percentile_unless_it_is_asked_and_the_99th_stands_for_it() -> None:
    test = read_reports([VLLM])
    level = only(test.levels)

    assert (test.source, test.engine) == ("vllm bench serve", "vllm")
    assert test.measured_on == date(2026, 11, 3)
    assert (level.arrival, level.concurrency, level.failures) == (Arrival.CLOSED, 16, {"failed": 2})
    assert (level.input_tokens, level.output_tokens) == (512, 128)
    assert estimates(level.ttft) == [420, 390, None, None, 900]
    assert level.ttft is not None
    assert level.ttft.upper == 0.9
    assert level.achieved_concurrency == pytest.approx(3.96 * (0.42 + 127 * 0.028))


def test_vllm_appends_a_run_a_line() -> None:
    test = read_reports([REPORTS / "vllm_bench.jsonl"])

    assert [level.rate for level in test.levels] == [1.0, 2.0]
    assert estimates(test.levels[0].tpot) == [28, 27.5, None, 31, 36]


def test_runs_of_one_model_become_levels_of_one_test(tmp_path: Path) -> None:
    phase = {"name": "profiling", "type": "concurrency", "concurrency": 32}
    config = {"models": ["Qwen/Qwen3-8B"], "phases": [phase]}
    other = changed(tmp_path, AIPERF, input_config=config, start_time="2026-10-01T00:00:00")
    test = read_reports([AIPERF, other])

    assert [level.concurrency for level in test.levels] == [8, 32]
    assert test.measured_on == date(2026, 10, 1)


def test_runs_of_two_models_or_programs_are_no_one_test() -> None:
    words = refused(AIPERF, VLLM)

    assert "another model than the file before it" in words
    assert "another program than the file before it" in words


@pytest.mark.parametrize("path", [GUIDELLM, AIPERF, GENAI_PERF, VLLM])
def test_what_was_imported_is_read_back_as_it_was_written(path: Path, tmp_path: Path) -> None:
    test = read_reports([path])
    result_file.write(test, tmp_path / "bench.json")
    again, _ = result_file.read(tmp_path / "bench.json")

    assert result_file.to_json(again) == result_file.to_json(test)
    assert again.levels[0].failures == test.levels[0].failures


@pytest.mark.parametrize(
    ("path", "lost", "words"),
    [
        (
            VLLM,
            "total_output_tokens",
            "resembles vllm bench serve's result, but lacks total_output",
        ),
        (
            AIPERF,
            "time_to_first_token",
            "resembles AIPerf's or GenAI-Perf's export, but lacks time",
        ),
        (GUIDELLM, "metadata", "resembles GuideLLM's report, but lacks metadata.guidellm_version"),
    ],
)
def test_a_report_that_lacks_something_is_told_what_it_resembles(
    path: Path, lost: str, words: str, tmp_path: Path
) -> None:
    assert words in refused(changed(tmp_path, path, lost))


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"hello": 1}'])
def test_a_report_of_nobody_is_told_what_is_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    words = refused(tmp_path / "x.json")

    assert "is none of the reports we read: GuideLLM's report, AIPerf's or GenAI-Perf" in words


@pytest.mark.parametrize(
    ("text", "words"), [("", "is empty"), ("{", "is no JSON"), ("{}\n{", "is no JSON")]
)
def test_a_file_that_is_no_json_is_one_problem(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)

    assert words in refused(tmp_path / "x.json")


def test_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{")
    words = refused(tmp_path / "x.json", tmp_path / "none.json")

    assert len(words.splitlines()) == 2


def test_a_model_that_no_report_names_is_asked_for(tmp_path: Path) -> None:
    nameless = changed(tmp_path, AIPERF, input_config={"phases": [{"concurrency": 4}]})

    assert "does not say which model" in refused(nameless)
    assert read_reports([nameless], model="qwen3-8b").model == "qwen3-8b"


@pytest.mark.parametrize("module", [guidellm, aiperf, vllm_bench])
def test_what_a_report_needs_is_in_its_golden_file(module: Any) -> None:
    # A path that is misspelt would refuse every report, or read nothing of it.
    golden = {guidellm: GUIDELLM, aiperf: AIPERF, vllm_bench: VLLM}[module]
    test = module.read(json.loads(golden.read_text()), date(2026, 1, 1))

    assert test.measured_on != date(2026, 1, 1)
    assert all(level.ttft and level.tpot and level.requests for level in test.levels)
