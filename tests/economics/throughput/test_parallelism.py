"""Degrees of parallelism as tables write them, engines' names, and what runs at once."""

from __future__ import annotations

from math import inf

import pytest

from equipoise.economics.throughput import parallelism, scenarios
from equipoise.economics.throughput.engines import engine_family


@pytest.mark.parametrize(
    ("written", "devices", "degrees"),
    [
        ("TP8", 8, (8, 1, 1, 1)),
        ("tp=4, pp=2", 8, (4, 2, 1, 1)),
        ("TP8PP2", 16, (8, 2, 1, 1)),
        ("tensor_parallel_size: 4", 4, (4, 1, 1, 1)),
        ("8-way TP", 8, (8, 1, 1, 1)),
        ("Tensor Parallelism 2", 2, (2, 1, 1, 1)),
        ("DEP8", 8, (1, 1, 8, 8)),
        ("TEP8", 8, (8, 1, 1, 8)),
        ("TP4 EP4", 4, (4, 1, 1, 4)),
        ("EP8", 8, (8, 1, 1, 8)),
        ("DP8 EP8", 8, (1, 1, 8, 8)),
        ("attn_dp 4", 4, (1, 1, 4, 1)),
        ("TP4 moe_tp2 ep2", 4, (4, 1, 1, 2)),
        ("layer split", 3, (1, 3, 1, 1)),
        ("", 4, (4, 1, 1, 1)),
    ],
)
def test_degrees_are_read_however_they_are_written(
    written: str, devices: int, degrees: tuple[int, int, int, int]
) -> None:
    found = parallelism.read(written, devices)
    assert (found.tensor, found.pipeline, found.attention_data, found.expert) == degrees


def test_an_engine_that_gives_each_device_layers_does_so_unless_told_otherwise() -> None:
    assert parallelism.read("", 3, by_layers=True).pipeline == 3
    assert parallelism.read("TP3", 3, by_layers=True).tensor == 3


@pytest.mark.parametrize(
    ("name", "version", "family"),
    [
        ("vLLM 0.6.3", "", "vllm"),
        ("vllm", "0.2.1", "vllm-2023"),
        ("vllm", "0.15.1", "vllm"),
        ("vllm", "nightly", "vllm"),
        ("TensorRT-LLM (PyTorch backend)", "", "trtllm"),
        ("llama-cpp-python", "", "llama.cpp"),
        ("KoboldCpp", "1.9", "llama.cpp"),
        ("ExLlamaV2", "", "exllama"),
        ("HF", "", "transformers"),
        ("somebody's", "", "somebody's"),
    ],
)
def test_an_engine_is_known_by_what_its_name_contains(name: str, version: str, family: str) -> None:
    assert engine_family(name, version) == family


@pytest.mark.parametrize(
    ("scenario", "requests"),
    [
        ("single stream, batch 1", 1),
        ("static batch 16", 16),
        ("bs=4", 4),
        ("MLPerf Offline", inf),
        ("MLPerf Server", inf),
        ("offline max load", inf),
        ("llama-bench", 1),
        ("chat", None),
    ],
)
def test_a_scenario_says_how_many_run_at_once(scenario: str, requests: float | None) -> None:
    assert scenarios.running(scenario) == requests


def test_an_engine_for_one_user_runs_one_request_where_nothing_is_said() -> None:
    assert scenarios.running("chat", alone=True) == 1


def test_a_server_may_take_most_of_its_limit_a_token_and_an_offline_run_any_time() -> None:
    row = {"scenario": "MLPerf Server", "what_is_measured": "tokens/s, p99 TTFT<=2s TPOT<=200ms"}
    assert scenarios.token_limit(row) == pytest.approx(0.16)
    assert scenarios.token_limit({**row, "scenario": "MLPerf Offline"}) is None
    assert scenarios.token_limit({"scenario": "MLPerf Server"}) is None


def test_a_dataset_stands_for_lengths_that_a_row_does_not_state() -> None:
    assert scenarios.lengths({"note": "dataset OpenOrca, max_seq 1024"}, inf) == (300, 294)
    assert scenarios.lengths({"scenario": "single"}, 1) is not None
    assert scenarios.lengths({"note": "dataset of somebody"}, 8) is None


def test_a_run_after_throughput_takes_the_fewest_devices_with_room() -> None:
    assert scenarios.least_devices(40e9, 80e9, 8) == 1
    assert scenarios.least_devices(140e9, 80e9, 8) == 4
    assert scenarios.least_devices(1400e9, 80e9, 16) == 8
    assert scenarios.least_devices(140e9, 80e9, 1) == 1
