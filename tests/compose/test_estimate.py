"""One point in the process: what is chosen where nobody says, and what it rests on."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest

from equipoise.catalog import devices, hardware, models
from equipoise.compose.estimates.deployment import CACHE_FORMATS, PointOrder, choose
from equipoise.compose.estimates.point import PointEstimate, estimate_point
from equipoise.compose.estimates.room import ways, why_it_does_not_run
from equipoise.economics.throughput.estimate import estimate
from equipoise.economics.throughput.precision import FORMATS

ORDER = PointOrder(1200, 300, model="qwen3-8b", device="h100", concurrency=16)


def point(**changed: Any) -> PointEstimate:
    return estimate_point(replace(ORDER, **changed))


@pytest.mark.parametrize(
    ("model", "device", "engine", "precision"),
    [
        ("qwen3-8b", "h100", "vllm", "bf16"),
        ("Qwen/Qwen3-8B", "h100", "vllm", "bf16"),
        ("Qwen/Qwen3-8B-FP8", "h100", "vllm", "fp8"),
        ("Qwen3-8B-Q4_K_M", "rtx-4090", "llama.cpp", "q4_k_m"),
        ("qwen3-8b", "m3-max", "mlx", "bf16"),
        ("qwen3-8b", "ryzen-7950x", "llama.cpp", "bf16"),
        ("deepseek-v3", "h200", "vllm", "fp8"),
        ("gpt-oss-20b", "h100", "vllm", "mxfp4"),
    ],
)
def test_format_and_engine_are_the_usual_ones_where_nobody_names_them(
    model: str, device: str, engine: str, precision: str
) -> None:
    chosen = choose(replace(ORDER, model=model, device=device))

    assert (chosen.deployment.engine, chosen.deployment.weights.id) == (engine, precision)
    assert {"engine", "precision"} <= {subject for subject, _, _ in chosen.defaults}


def test_what_is_named_is_not_said_to_be_chosen() -> None:
    page = point(precision=FORMATS["fp8"], engine="sglang", kv_precision="fp8")
    assumed = {row.subject for row in page.assumptions}

    assert (page.precision, page.engine, page.kv_precision) == ("fp8", "sglang", "fp8")
    assert not assumed & {"precision", "engine", "precision of the cache"}


def test_llama_cpp_divides_the_layers_others_what_is_in_them() -> None:
    served = choose(replace(ORDER, devices=4)).deployment
    filed = choose(replace(ORDER, devices=4, precision=FORMATS["q4_k_m"])).deployment
    stated = choose(replace(ORDER, devices=4, tensor=2)).deployment

    assert (served.tensor, served.pipeline) == (4, 1)
    assert (filed.tensor, filed.pipeline) == (1, 4)
    assert (stated.tensor, stated.pipeline) == (2, 2)


def test_every_open_model_of_the_catalog_has_an_answer_and_its_own_source() -> None:
    known = [row for row in models.models() if row.architecture is not None]
    assert len(known) > 100
    for row in known:
        page = point(model=row.id, device="b300", devices=8)
        assert page.architecture == row.id
        assert page.fits or page.ways, row.id
        assert page.facts[0].source.checked is not None


def test_every_machine_of_the_catalog_has_an_answer() -> None:
    for machine in hardware.hardware_rows():
        page = point(device=None, hardware=machine.id, model="qwen3-0.6b")
        assert page.devices == machine.devices
        assert page.fits, machine.id
        source = next(row.source for row in page.facts if row.subject == "device")
        assert source == machine.spec_source


def test_the_figures_are_those_of_the_estimator() -> None:
    chosen = choose(ORDER)
    found = estimate(chosen.deployment, ORDER.load)
    speed = point().speed

    assert speed is not None
    assert found.tpot is not None
    assert speed.tpot_ms.value == pytest.approx(1000 * found.tpot.value)
    assert speed.output_tok_s_per_device == found.output_rate
    assert speed.batch == found.batch == 16


def test_the_longest_context_fits_and_one_token_more_does_not() -> None:
    page = point(device="rtx-4090")
    longest = page.room.longest_context

    assert 1500 < longest < 40_960
    assert point(device="rtx-4090", input_tokens=longest - 300).fits
    assert not point(device="rtx-4090", input_tokens=longest - 299).fits


def test_as_many_requests_as_there_is_room_for_run_and_the_others_wait() -> None:
    page = point(device="rtx-4090", concurrency=500)

    assert page.speed is not None
    assert page.room.requests == int(page.speed.batch) < 500
    assert any(note.startswith("of 500 requests") for note in page.notes)


def test_the_ways_are_the_least_that_fit() -> None:
    chosen = choose(replace(ORDER, model="llama-3.1-405b-instruct"))
    found = {way.change: way for way in ways(chosen.deployment, ORDER.load)}

    wider = found["devices"]
    half = replace(chosen.deployment, tensor=wider.tensor, pipeline=wider.pipeline // 2)
    assert (wider.devices, wider.tensor, wider.precision) == (16, 8, "bf16")
    assert why_it_does_not_run(half, ORDER.load)


def test_a_processor_has_no_other_memory_to_spill_into() -> None:
    page = point(model="deepseek-r1", device="m1", precision=FORMATS["q4_k_m"])
    spilling = point(model="qwen3-32b", device="rtx-4090", precision=FORMATS["q8_0"])

    assert not page.fits
    assert "no other memory" in page.reason
    assert page.room.longest_context == 0
    assert spilling.fits
    assert any("host's memory" in note for note in spilling.notes)


def test_a_model_of_files_is_estimated_as_the_one_that_the_catalog_knows(tmp_path: Path) -> None:
    shape = {
        "model_type": "llama",
        "hidden_size": 4096,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "intermediate_size": 14336,
        "vocab_size": 128256,
        "max_position_embeddings": 131072,
    }
    (tmp_path / "config.json").write_text(json.dumps(shape))
    local = point(model=None, weights=tmp_path)
    known = point(model="llama-3.1-8b-instruct")

    assert local.speed is not None
    assert known.speed is not None
    assert local.room.kv_bytes_per_token == known.room.kv_bytes_per_token == 131_072
    assert local.speed.tpot_ms.value == pytest.approx(known.speed.tpot_ms.value, rel=0.02)
    assert local.facts[0].source.name.startswith(str(tmp_path))
    assert local.notes


def test_heads_that_cannot_be_divided_and_what_nobody_measured_are_said() -> None:
    page = point(tensor=3, engine="other", device="gaudi-3")

    assert "32 heads cannot be divided by 3: engines refuse that" in page.notes
    assert "no measurement of the fit has the engine other" in page.notes
    assert any("kind of device" in note for note in page.notes)


def test_a_name_that_means_another_model_is_said_to() -> None:
    page = point(model="nvidia/Qwen3-8B-Instruct-FP8", device="NVIDIA H100 SXM")

    assert page.architecture == "qwen3-8b"
    assert "nvidia/Qwen3-8B-Instruct-FP8 is taken for qwen3-8b" in page.notes
    assert "NVIDIA H100 SXM is taken for h100" in page.notes


def test_a_narrower_cache_never_takes_more() -> None:
    by_size = sorted(CACHE_FORMATS, key=CACHE_FORMATS.__getitem__)
    rooms = [point(kv_precision=name).room.requests or inf for name in by_size]

    assert rooms == sorted(rooms, reverse=True)
    assert devices.find("h100").memory_bytes == 80e9
