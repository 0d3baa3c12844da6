"""`equipoise cost estimate` for one point: the answer, what would fit, and what flags mean."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.cli.terminal import on_terminal, plain
from tests.compose.command import run

from equipoise.cli.main import cli

ESTIMATE = ("cost", "estimate")
LOAD = ("--input-tokens", "1200", "--output-tokens", "300", "--concurrency", "32")
FITS = ("--model", "llama-3.3-70b-instruct", "--hardware", "h100x4", *LOAD)
TOO_BIG = ("--model", "llama-3.3-70b-instruct", "--device", "h100", *LOAD)
SMALL = ("--model", "qwen3-8b", "--device", "l4")


def page_of(folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The answer as JSON."""
    done = run(folder, *ESTIMATE, *arguments, "--json")
    assert done.returncode == code, done.stderr
    page: dict[str, Any] = json.loads(done.stdout)
    assert page["schema"] == "equipoise.cost.estimate/1"
    return page


def test_an_estimate_has_memory_and_four_speeds_each_between_its_ends(tmp_path: Path) -> None:
    page = page_of(tmp_path, *FITS)
    room, speed = page["room"], page["speed"]

    assert (page["fits"], page["reason"], page["ways"]) == (True, "", [])
    assert room["weight_bytes"] == pytest.approx(35.3e9, rel=0.01)
    assert room["kv_bytes_per_token"] == 327_680
    assert room["requests"] > 32
    assert room["longest_context_together"] < room["longest_context"] == 131_072
    for name in ("tpot_ms", "ttft_ms", "output_tok_s_per_device", "output_tok_s"):
        assert 0 < speed[name]["low"] < speed[name]["value"] < speed[name]["high"]
    assert speed["output_tok_s"]["value"] == pytest.approx(
        4 * speed["output_tok_s_per_device"]["value"]
    )
    assert (speed["batch"], speed["stable"], speed["replicas"]) == (32, True, None)


def test_a_machine_is_its_devices(tmp_path: Path) -> None:
    named = page_of(tmp_path, *FITS)
    counted = page_of(tmp_path, *TOO_BIG, "--devices", "4")
    divided = page_of(tmp_path, *TOO_BIG, "--tensor", "4")

    assert named == counted == divided
    assert page_of(tmp_path, *TOO_BIG, "--devices", "4", "--pipeline", "2")["tensor"] == 2


def test_a_pipe_gets_a_row_a_figure_and_the_next_step_on_stderr(tmp_path: Path) -> None:
    done = run(tmp_path, *ESTIMATE, *FITS)
    header, *rows = (line.split("\t") for line in done.stdout.splitlines())
    by_name = {row[0]: row for row in rows}

    assert header == ["figure", "value", "low", "high", "unit"]
    assert {len(row) for row in rows} == {5}
    value, low, high = map(float, by_name["tpot_ms"][1:4])
    assert low < value < high
    assert "\nNext: equipoise cost explore --model llama-3.3-70b-instruct" in done.stderr


def test_a_person_reads_a_sentence_a_table_and_what_it_rests_on(tmp_path: Path) -> None:
    code, seen, said = on_terminal(tmp_path, *ESTIMATE, *FITS, "--why", stream="stdout")
    words = " ".join(plain(seen).split())

    assert code == 0
    assert "It fits. A token takes" in words
    assert "longest context, alone 131,072 tokens" in words
    assert "8 in 10 between" in words
    assert "assumed: engine" in words
    assert "H100 data sheet" in words
    assert "Next: " in said


def test_why_names_sources_with_their_day_the_fit_and_what_is_assumed(tmp_path: Path) -> None:
    done = run(tmp_path, *ESTIMATE, *FITS, "--why")
    header, *rows = (line.split("\t") for line in done.stdout.splitlines())
    facts = {row[1]: row for row in rows if row[0] == "fact"}
    assumed = {row[1]: row for row in rows if row[0] == "assumed"}

    assert header == ["kind", "subject", "value", "why", "source"]
    assert "checked 20" in facts["model"][4]
    assert "checked 20" in facts["device"][4]
    assert facts["fit"][2].endswith(" measurements")
    assert "held out" in facts["time per token, held-out error"][2]
    assert {"precision", "precision of the cache", "engine"} <= assumed.keys()
    named = run(tmp_path, *ESTIMATE, *FITS, "--why", "--engine", "sglang", "--precision", "fp8")
    assert "assumed\tengine\t" not in named.stdout
    assert "assumed\tprecision\t" not in named.stdout


def test_where_nothing_fits_the_next_command_does(tmp_path: Path) -> None:
    done = run(tmp_path, *ESTIMATE, *TOO_BIG)

    assert done.returncode == 4
    assert "It does not fit: the weights take 141 GB a device" in done.stderr
    assert "would fit: bf16 on 2 × h100" in done.stderr
    assert "would fit: fp8 on h100" in done.stderr
    following = done.stderr.rpartition("Next: ")[2]
    again = run(tmp_path, *shlex.split(following)[1:])
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--model", "deepseek-r1", "--device", "rtx-4090", *LOAD),
        ("--model", "deepseek-r1", "--device", "h100", "--precision", "bf16", *LOAD),
        (*SMALL, "--input-tokens", "39000", "--output-tokens", "900", "--rate", "1"),
        (*SMALL, "--input-tokens", "90000", "--output-tokens", "900", "--rate", "1"),
        ("--model", "qwen3-32b", "--device", "m3-max", "--precision", "fp32", *LOAD),
    ],
)
def test_what_is_said_to_fit_fits(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(tmp_path, *ESTIMATE, *arguments)
    following = done.stderr.rpartition("Next: ")[2]

    assert done.returncode == 4, done.stderr
    assert following.startswith("equipoise cost estimate ")
    again = run(tmp_path, *shlex.split(following)[1:])
    assert again.returncode == 0, again.stderr


def test_a_request_longer_than_the_context_does_not_fit(tmp_path: Path) -> None:
    page = page_of(
        *(tmp_path, *SMALL, "--input-tokens", "50000", "--output-tokens", "100", "--rate", "1"),
        code=4,
    )

    assert "the model's context is 40,960" in page["reason"]
    assert (page["speed"], page["room"]["requests"]) == (None, 0)
    assert max(way["tokens"] for way in page["ways"]) == 40_960


def test_a_rate_that_is_too_high_has_no_first_token_and_says_how_many_replicas_keep_up(
    tmp_path: Path,
) -> None:
    lengths = ("--input-tokens", "1000", "--output-tokens", "300")
    page = page_of(tmp_path, *SMALL, *lengths, "--rate", "50")
    replicas = page["speed"]["replicas"]

    assert (page["speed"]["stable"], page["speed"]["ttft_ms"]) == (False, None)
    assert any(f"{replicas} such replicas keep up" in note for note in page["notes"])
    shared = page_of(tmp_path, *SMALL, *lengths, "--rate", str(50 / replicas))
    crowded = page_of(tmp_path, *SMALL, *lengths, "--rate", str(50 / (replicas - 1)))
    assert (shared["speed"]["stable"], crowded["speed"]["stable"]) == (True, False)


def test_a_model_known_by_its_size_alone_is_assumed_and_said_to_be(tmp_path: Path) -> None:
    page = page_of(tmp_path, "--model", "foundling-13b", "--hardware", "h100", *LOAD)

    assert page["architecture"] == "assumed"
    assert any("a usual architecture of 13 billion parameters" in note for note in page["notes"])
    assert "architecture" in {row["subject"] for row in page["assumptions"]}


def test_a_narrower_cache_has_room_for_more(tmp_path: Path) -> None:
    wide = page_of(tmp_path, *FITS)["room"]
    narrow = page_of(tmp_path, *FITS, "--kv-precision", "fp8")["room"]

    assert narrow["kv_bytes_per_token"] == wide["kv_bytes_per_token"] / 2
    assert narrow["requests"] > 1.9 * wide["requests"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--device", "l4", *LOAD), "Give --model or --weights"),
        (("--model", "qwen3-8b", "--weights", ".", "--device", "l4", *LOAD), "not both"),
        (("--model", "qwen3-8b", *LOAD), "Give --device or --hardware"),
        ((*SMALL, "--input-tokens", "9", "--output-tokens", "9"), "Give --concurrency or --rate"),
        ((*SMALL, *LOAD, "--rate", "3"), "Give --concurrency or --rate, not both"),
        ((*SMALL, "--output-tokens", "9", "--rate", "1"), "Give --input-tokens"),
        ((*SMALL, *LOAD, "--input-tokens", "0"), "--input-tokens: 0 is not above 0"),
        ((*SMALL, *LOAD, "--output-tokens", "-3"), "--output-tokens: -3 is not"),
        ((*SMALL, *LOAD, "--input-tokens", "nan"), "--input-tokens: nan is not"),
        ((*SMALL, *LOAD, "--concurrency", "inf"), "--concurrency: inf is not"),
        ((*SMALL, *LOAD, "--concurrency", "0.5"), "--concurrency: 0.5 is not"),
        ((*SMALL, *LOAD, "--precision", "fp9"), "--precision: 'fp9' is no format"),
        ((*SMALL, *LOAD, "--kv-precision", "fp9"), "--kv-precision: 'fp9'"),
        ((*SMALL, *LOAD, "--engine", "vlm"), "Did you mean 'vllm'?"),
        ((*SMALL, *LOAD, "--devices", "4", "--tensor", "3"), "--devices 4 is not"),
        ((*SMALL, *LOAD, "--devices", "0"), "--devices"),
        (("--model", "qwen3-8b", "--device", "h100x4", *LOAD), "--hardware h100x4"),
        (("--model", "qwen3-8b", "--device", "8x H100", *LOAD), "--device h100 --devices 8"),
        ((*FITS, "--devices", "2"), "leave --devices out"),
        ((*FITS, "--tensor", "8"), "h100x4 has 4 devices"),
        ((*FITS, "--out", "x.csv"), "--batch"),
        (("--batch", "x.csv", "--rate", "2"), "leave --rate out"),
    ],
)
def test_flags_that_cannot_be_meant_are_a_usage_error_that_names_them(
    arguments: tuple[str, ...], words: str
) -> None:
    done = CliRunner().invoke(cli, [*ESTIMATE, *arguments])

    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "lama-three", "--device", "l4"), "--model: no architecture is known"),
        (("--model", "depseek-r1", "--device", "l4"), "Did you mean 'deepseek-r1'"),
        (("--model", "gpt-5-mini", "--device", "l4"), "gpt-5-mini has closed weights"),
        (("--model", "qwen3-8b", "--device", "h1000"), "Did you mean 'h100'?"),
        (("--model", "qwen3-8b", "--hardware", "h100x3"), "--hardware: the catalog has no"),
    ],
)
def test_what_nobody_knows_exits_with_4_and_says_what_is_near(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = run(tmp_path, *ESTIMATE, *arguments, *LOAD)

    assert (done.returncode, done.stdout) == (4, "")
    assert words in done.stderr


def test_weights_that_are_not_there_are_a_file_to_mend(tmp_path: Path) -> None:
    done = run(tmp_path, *ESTIMATE, "--weights", "none.gguf", "--device", "l4", *LOAD)

    assert (done.returncode, done.stdout) == (3, "")
    assert "none.gguf" in done.stderr


def test_the_same_flags_give_the_same_bytes_and_leave_nothing_behind(tmp_path: Path) -> None:
    first, second = (run(tmp_path, *ESTIMATE, *FITS, "--json") for _ in range(2))

    assert first.stdout == second.stdout != ""
    assert list(tmp_path.iterdir()) == []
