"""Rows of both layouts: what is read of them, what never is, and what is said of the rest."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.catalog import devices
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.points import points
from equipoise.economics.throughput.row_estimates import RowEstimate, estimate_row, estimate_rows
from equipoise.economics.throughput.rows import MEASURED, Reason, read_row
from equipoise.errors import UnknownHardwareError

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "throughput"
Row = Mapping[str, str]

CONFIGURATION = {
    "id": "any",
    "backend": "sglang",
    "backend_version": "0.5.9",
    "model_path": "deepseek-ai/DeepSeek-R1",
    "system": "h200_sxm",
    "precision": "fp8",
    "mode": "agg",
    "isl": "1024",
    "osl": "1024",
    "batch_size": "16",
    "tp_size": "8",
    "pp_size": "1",
    "attention_dp_size": "1",
    "moe_tp_size": "8",
    "moe_ep_size": "1",
    "silicon_ttft_ms": "300",
    "silicon_tpot_ms": "20",
}
MEASUREMENT = {
    "id": "somebody:1",
    "model": "Llama-3-8B",
    "gpu": "RTX 4090 24GB",
    "gpu_count": "1",
    "precision": "Q4_K_M",
    "engine": "llama.cpp",
    "scenario": "single stream, batch 1",
    "input_len": "1024",
    "output_len": "1024",
    "concurrency": "1",
    "output_tok_s_per_gpu": "100",
    "tpot_ms": "10",
    "prefill_tok_s": "5000",
}


def job(row: Row, **changed: str) -> tuple[Deployment, Load]:
    found = read_row({**row, **changed})
    assert not isinstance(found, Reason), found.reason
    return found


def reason(row: Row, **changed: str) -> str:
    found = estimate_row({**row, **changed})
    assert isinstance(found, Reason)
    return found.reason


def figures(row: Row) -> RowEstimate:
    found = estimate_row(row)
    assert isinstance(found, RowEstimate), found
    return found


def read(name: str) -> Iterator[Row]:
    file = BESIDE / name
    if not file.is_file():
        pytest.skip(f"the measurements are not part of the project: ../shared has no {name}")
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@pytest.mark.parametrize("row", [CONFIGURATION, MEASUREMENT])
@given(text=st.text())
def test_measured_columns_are_never_read(row: Row, text: str) -> None:
    altered = {**row, **dict.fromkeys(MEASURED, text)}
    absent = {name: value for name, value in row.items() if name not in MEASURED}
    assert estimate_row(altered) == estimate_row(absent) == estimate_row(row)


@pytest.mark.parametrize("row", [CONFIGURATION, MEASUREMENT])
def test_a_row_has_three_figures_each_between_its_ends(row: Row) -> None:
    found = figures(row)
    assert 0 < found.tpot_ms_p10 < found.tpot_ms < found.tpot_ms_p90
    ends = [found.ttft_ms_p10 or 0.0, found.ttft_ms or 0.0, found.ttft_ms_p90 or 0.0]
    assert 0 < ends[0] < ends[1] < ends[2]
    assert found.output_tok_s_per_gpu_p10 < found.output_tok_s_per_gpu
    assert found.output_tok_s_per_gpu < found.output_tok_s_per_gpu_p90


def test_a_configuration_is_read_with_its_degrees_and_mean_lengths() -> None:
    deployment, load = job(CONFIGURATION)
    assert deployment.shape.id in {"deepseek-r1", "deepseek-v3"}
    assert (deployment.device.id, deployment.tensor, deployment.engine) == ("h200", 8, "sglang")
    assert deployment.weights.id == "fp8"
    assert load.concurrency == 16
    assert load.input == pytest.approx(0.9 * 1024)


@pytest.mark.parametrize("changed", [{"system": "mi300x"}, {"backend": "lmdeploy"}])
def test_the_layout_of_a_campaign_with_what_it_never_measured_is_not_of_it(
    changed: dict[str, str],
) -> None:
    assert job(CONFIGURATION)[0].campaign == "silicon"
    assert job({**CONFIGURATION, "tp_size": "16"}, **changed)[0].campaign == ""


def test_experts_wider_than_attention_repeat_it() -> None:
    deployment, _ = job(
        CONFIGURATION, attention_dp_size="", tp_size="2", moe_tp_size="1", moe_ep_size="8"
    )
    assert (deployment.tensor, deployment.attention_data, deployment.devices) == (2, 4, 8)
    measured, _ = job(MEASUREMENT, engine="vllm", precision="fp8", parallelism="TP1 moe_tp4 ep1")
    assert (measured.tensor, measured.attention_data) == (1, 4)


@pytest.mark.parametrize(
    ("parallelism", "count", "degrees"),
    [
        ("TP4", "4", (4, 1, 1)),
        ("DEP8", "8", (1, 1, 8)),
        ("TP2, PP2", "4", (2, 2, 1)),
        ("DP2 EP2", "2", (1, 1, 2)),
        ("", "4", (4, 1, 1)),
        ("layer split", "3", (1, 3, 1)),
    ],
)
def test_parallelism_is_read_as_engines_write_it(
    parallelism: str, count: str, degrees: tuple[int, int, int]
) -> None:
    deployment, _ = job(
        MEASUREMENT, engine="vllm", precision="fp8", parallelism=parallelism, gpu_count=count
    )
    assert (deployment.tensor, deployment.pipeline, deployment.attention_data) == degrees


APART = {
    **CONFIGURATION,
    "mode": "disagg",
    "batch_size": "",
    "tp_size": "",
    "attention_dp_size": "",
    "moe_tp_size": "",
    "moe_ep_size": "",
    "prefill_num_workers": "4",
    "prefill_tp_size": "8",
    "prefill_attention_dp_size": "1",
    "decode_num_workers": "2",
    "decode_batch_size": "16",
    "decode_tp_size": "1",
    "decode_attention_dp_size": "8",
    "decode_moe_tp_size": "0",
    "decode_moe_ep_size": "8",
}


def test_prompts_read_on_other_devices_steal_no_time_from_tokens() -> None:
    deployment, load = job(APART)
    assert deployment.prefill is not None
    assert (deployment.attention_data, deployment.prefill.tensor, deployment.prefills) == (8, 8, 2)
    assert load.concurrency == 16 * 8
    together = {**CONFIGURATION, "tp_size": "1", "attention_dp_size": "8", "moe_ep_size": "8"}
    assert figures(APART).tpot_ms < figures({**together, "moe_tp_size": "1"}).tpot_ms


def test_devices_that_read_prompts_count_among_those_that_share_the_rate() -> None:
    more = {**APART, "prefill_num_workers": "40"}
    assert figures(more).output_tok_s_per_gpu < figures(APART).output_tok_s_per_gpu


SERVER = {
    "id": "mlperf5.1:1",
    "model": "llama2-70b-99",
    "gpu": "NVIDIA H200-SXM-141GB",
    "gpu_count": "8",
    "precision": "fp8",
    "engine": "TensorRT 10.11, CUDA 12.9",
    "scenario": "MLPerf Server",
    "what_is_measured": "system tokens/s, SLO: p99 TTFT<=2000ms TPOT<=40ms",
    "note": "dataset OpenOrca, max_seq 1024",
}


def test_a_server_runs_as_many_as_keep_its_limit_and_offline_as_many_as_fit() -> None:
    server, offline = figures(SERVER), figures({**SERVER, "scenario": "MLPerf Offline"})
    assert server.tpot_ms <= 32.01
    assert server.output_tok_s_per_gpu < offline.output_tok_s_per_gpu
    deployment, load = job(SERVER)
    assert (deployment.tensor, load.input, load.output) == (1, 300, 294)


def test_a_limit_that_everything_keeps_limits_nothing() -> None:
    lax = SERVER["what_is_measured"].replace("40ms", "40000ms")
    offline = figures({**SERVER, "scenario": "MLPerf Offline"})
    assert figures({**SERVER, "what_is_measured": lax}).tpot_ms == pytest.approx(offline.tpot_ms)


def test_a_rate_of_decoding_alone_leaves_the_prompt_out() -> None:
    decoding = {**MEASUREMENT, "what_is_measured": "generation tok/s"}
    found = figures(decoding)
    assert found.output_tok_s_per_gpu == pytest.approx(1000 / found.tpot_ms)
    assert figures(MEASUREMENT).output_tok_s_per_gpu < found.output_tok_s_per_gpu


def test_an_index_that_picks_tokens_spares_a_long_context_its_reading() -> None:
    long = {**CONFIGURATION, "isl": "65536", "batch_size": "4"}
    every, picked = (
        figures({**long, "model_path": name})
        for name in ("deepseek-ai/DeepSeek-V3.1", "deepseek-ai/DeepSeek-V3.2")
    )
    assert picked.tpot_ms < every.tpot_ms


@pytest.mark.parametrize(
    ("precision", "weights", "cache"),
    [
        ("fp8_kv", "fp8", 1),
        ("fp16-kv8", "bf16", 1),
        ("bf16", "bf16", 2),
        ("auto", "bf16", 2),
        ("4.5bpw", "4.5-bit", 2),
    ],
)
def test_a_precision_may_be_of_the_cache_too(precision: str, weights: str, cache: float) -> None:
    found, _ = job(MEASUREMENT, precision=precision, engine="vllm")
    assert (found.weights.id, found.kv_element_bytes) == (weights, cache)


@pytest.mark.parametrize(("written", "number"), [("1,024", 1024), ("8k", 8192), ("128.0", 128)])
def test_numbers_are_read_as_people_write_them(written: str, number: float) -> None:
    assert job(MEASUREMENT, input_len=written)[1].input == number


@pytest.mark.parametrize("absent", ["", "N/A", "none", "-"])
def test_a_cell_that_says_nothing_is_absent(absent: str) -> None:
    assert figures({**MEASUREMENT, "parallelism": absent}) == figures(MEASUREMENT)


def test_offline_runs_are_as_many_requests_as_fit() -> None:
    _, load = job(MEASUREMENT, concurrency="", scenario="Offline max load")
    assert load.concurrency == inf


def test_a_row_with_a_rate_alone_is_an_open_loop() -> None:
    _, load = job(MEASUREMENT, concurrency="", request_rate_rps="0.5")
    assert (load.concurrency, load.rate) == (None, 0.5)
    flooded = figures({**MEASUREMENT, "concurrency": "", "request_rate_rps": "1e6"})
    assert flooded.ttft_ms is None
    assert flooded.tpot_ms > 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mode": "disagg"}, "decode_"),
        ({"mode": "apart"}, "apart"),
        ({"model_path": "no-such-model"}, "no-such-model"),
        ({"system": "abacus"}, "abacus"),
        ({"precision": "roman"}, "roman"),
        ({"isl": ""}, "isl"),
        ({"batch_size": ""}, "batch_size"),
        ({"batch_size": "many"}, "batch_size is 'many'"),
        ({"osl": "nan"}, "osl"),
        ({"tp_size": "0"}, "tp_size is 0"),
        ({"tp_size": "1.5"}, "tp_size is 1.5"),
        ({"batch_size": "-4"}, "load"),
        ({"tp_size": "1", "moe_tp_size": "1"}, "GB a device"),
    ],
)
def test_a_configuration_without_an_estimate_says_why(changed: dict[str, str], said: str) -> None:
    assert said in reason(CONFIGURATION, **changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"gpu": "abacus"}, "abacus"),
        ({"model": "no-such-model"}, "no-such-model"),
        ({"concurrency": "", "scenario": "", "precision": "fp8", "engine": "vllm"}, "neither"),
        ({"concurrency": "8", "input_len": ""}, "input_len"),
        ({"concurrency": "few"}, "concurrency is 'few'"),
        ({"parallelism": "TP0"}, "TP0"),
    ],
)
def test_a_measurement_without_an_estimate_says_why(changed: dict[str, str], said: str) -> None:
    assert said in reason(MEASUREMENT, **changed)


@pytest.mark.parametrize("row", [CONFIGURATION, MEASUREMENT])
@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_whatever_a_cell_holds_there_is_an_estimate_or_a_reason(
    row: Row, data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(sorted({*row, "parallelism", "request_rate_rps", "note"})))
    numbers = st.one_of(st.integers(-3, 10**7), st.floats(-1e7, 1e7)).map(str)
    cell = data.draw(st.one_of(st.text(), numbers, st.sampled_from(("TP0", "dp999 pp7", "q4"))))
    found = estimate_row({**row, column: cell})
    if isinstance(found, Reason):
        assert found.reason
    else:
        assert 0 < found.tpot_ms_p10 <= found.tpot_ms <= found.tpot_ms_p90 < inf


def test_a_line_with_too_many_or_too_few_cells_is_read_as_far_as_it_goes() -> None:
    lines = [",".join(CONFIGURATION), ",".join(CONFIGURATION.values())]
    (longer,) = csv.DictReader([lines[0], lines[1] + ",one more"])
    (shorter,) = csv.DictReader([lines[0], lines[1].rpartition(",")[0]])
    assert figures(longer) == figures(shorter) == figures(CONFIGURATION)


def test_a_table_keeps_its_order_and_the_rows_without_an_estimate() -> None:
    unknown = {**CONFIGURATION, "system": "abacus"}
    first, second, third = estimate_rows([CONFIGURATION, unknown, MEASUREMENT])
    assert first == figures(CONFIGURATION)
    assert isinstance(second, Reason)
    assert third == figures(MEASUREMENT)
    assert estimate_rows([]) == []
    assert isinstance(estimate_rows([unknown])[0], Reason)


def test_a_model_nobody_knows_is_taken_by_its_size() -> None:
    deployment, _ = job(MEASUREMENT, model="somebody/Foundling-13B")
    assert deployment.shape.assumed
    stated, _ = job(MEASUREMENT, model="foundling", note="params 30B active 3")
    assert stated.shape.architecture.active_parameters == pytest.approx(3e9)


def test_points_carry_what_was_measured_in_seconds() -> None:
    (silicon, local) = points([CONFIGURATION, MEASUREMENT])
    assert (silicon.tpot, silicon.ttft) == (0.02, 0.3)
    assert (silicon.architecture, silicon.campaign) == ("deepseek-v3", "silicon")
    assert (local.tpot, local.output_rate) == (0.01, 100)
    assert local.ttft == pytest.approx(1024 / 5000)
    assert local.campaign == "somebody"


def test_rows_that_measured_nothing_or_cannot_be_read_are_no_points() -> None:
    unmeasured = {**CONFIGURATION, "silicon_tpot_ms": "nan", "silicon_ttft_ms": ""}
    assert not list(points([unmeasured, {**MEASUREMENT, "gpu": "abacus"}]))


def test_one_architecture_has_one_name_whatever_its_snapshots_are_called() -> None:
    names = ["deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-V3", "nvidia/DeepSeek-V3.1-NVFP4"]
    found = points({**CONFIGURATION, "model_path": name} for name in names)
    assert {point.architecture for point in found} == {"deepseek-v3"}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("NVIDIA GeForce RTX 4090", "rtx-4090"),
        ("h100_sxm", "h100"),
        ("A100-80GB", "a100-80gb"),
        ("gb200", "gb200"),
        ("AMD Instinct MI300X 192GB HBM3", "mi300x"),
    ],
)
def test_devices_are_known_by_the_names_that_measurements_give_them(name: str, known: str) -> None:
    assert devices.find(name).id == known


def test_a_processor_nobody_knows_is_a_usual_one() -> None:
    found = devices.device("CPU Somebody 9000")
    assert found is not None
    assert found.generation == "processor"


def test_a_device_nobody_knows_names_those_that_are() -> None:
    with pytest.raises(UnknownHardwareError) as raised:
        devices.find("abacus")
    assert "h100" in str(raised.value.hint)


def test_published_rows_are_estimated_or_say_why() -> None:
    rows = [*read("silicon_points.csv"), *read("measurements.csv")]
    found = estimate_rows(rows)
    aggregated = [
        one for row, one in zip(rows, found, strict=True) if row.get("mode", "agg") == "agg"
    ]
    assert sum(isinstance(one, RowEstimate) for one in aggregated) > 0.9 * len(aggregated)
    assert all(one.reason for one in found if isinstance(one, Reason))
