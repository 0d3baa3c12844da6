"""`equipoise engine bench` and `import` in a process of their own, put to scripted endpoints."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, repeat
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import on_terminal, plain
from tests.compose.command import SECONDS, run, start

from equipoise.domain.request import Usage
from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

REPORTS = Path(__file__).parents[1] / "engines/load_test/reports"
ANSWER = chat_stream("one two three", usage=Usage(input=40, output=5), pieces=3)
BENCH = ("engine", "bench", "--endpoint", "own", "--model", "m", "--requests", "6")


def own(folder: Path, upstream: ScriptedUpstream) -> None:
    """Write that our own endpoint is there."""
    (folder / "equipoise.toml").write_text(
        f'[endpoints.own]\nbase_url = "{upstream.base_url}/v1"\nhardware = "l4"\n'
    )


def script(request: HttpRequest) -> Reply:
    """An endpoint that says what it is, and answers."""
    if request.method == "GET":
        return Reply(200, {}, (b'{"version": "0.11.0"}',))
    return replace(ANSWER, delay_before=0.01)


def asked(upstream: ScriptedUpstream) -> int:
    """How many prompts an upstream was put."""
    return sum(request.method == "POST" for request in upstream.requests)


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[ScriptedUpstream]:
    """Our own endpoint, scripted, and the settings that name it."""
    with ScriptedUpstream(script).in_thread() as served:
        own(tmp_path, served)
        yield served


def result(folder: Path, name: str = "bench.json") -> dict[str, Any]:
    """What a result file holds."""
    value = json.loads((folder / name).read_text())
    assert isinstance(value, dict)
    return value


def test_a_bench_writes_what_it_measured_and_where(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    done = run(tmp_path, *BENCH, "--concurrency", "1,2", "--latency-ms", "9000")
    found = result(tmp_path)

    assert done.returncode == 0, done.stderr
    assert asked(upstream) == 2 * (6 + 1)
    assert (found["endpoint"], found["model"], found["engine"]) == ("own", "m", "vllm 0.11.0")
    assert (found["hardware"], found["seed"], found["interval"]) == ("l4", 1, 0.95)
    assert found["command"].startswith("equipoise engine bench --endpoint own")
    assert found["asked"]["requests"] == 6
    assert [level["concurrency"] for level in found["levels"]] == [1, 2]
    assert all(level["goodput"] > 0 for level in found["levels"])
    assert 'bench = "bench.json"' in done.stderr


def test_a_row_a_level_goes_down_a_pipe_and_json_is_the_file(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    piped = run(tmp_path, *BENCH, "--concurrency", "1,2")
    rows = [line.split("\t") for line in piped.stdout.splitlines()]
    again = run(tmp_path, *BENCH, "--concurrency", "1,2", "--json")

    assert [row[0] for row in rows] == ["level", "1 at a time", "2 at a time"]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[0][4:6] == ["ttft_p50_ms", "ttft_p90_ms"]
    assert json.loads(again.stdout) == result(tmp_path)


def test_a_person_sees_a_table_with_intervals(tmp_path: Path, upstream: ScriptedUpstream) -> None:
    code, seen, words = on_terminal(tmp_path, *BENCH, "--concurrency", "2", stream="stdout")

    assert code == 0
    assert "TPOT p50" in plain(seen)
    (row,) = [line for line in plain(seen).splitlines() if line.strip().startswith("2 at a time")]
    assert row.count("–") >= 2, "both intervals stand in the level's own line"
    assert "in brackets their 95% interval" in words
    assert "Result  bench.json" in words


def test_an_open_loop_and_a_trace_are_levels_too(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    rows = [{"timestamp": n * 20, "input_length": 9, "output_length": 3} for n in range(4)]
    (tmp_path / "trace.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    opened = run(tmp_path, *BENCH, "--rate", "50,100", "--out", "open.json")
    order = [*BENCH[:-2], "--trace", "trace.jsonl", "--speed", "2", "--first", "3"]
    traced = run(tmp_path, *order, "--out", "trace.json")

    assert (opened.returncode, traced.returncode) == (0, 0), opened.stderr + traced.stderr
    assert [row["rate"] for row in result(tmp_path, "open.json")["levels"]] == [50.0, 100.0]
    (level,) = result(tmp_path, "trace.json")["levels"]
    assert (level["arrival"], level["speed"], level["requests"]) == ("trace", 2.0, 3)
    assert result(tmp_path, "trace.json")["asked"]["trace"].startswith("sha256 ")


def test_levels_that_are_done_are_not_run_again(tmp_path: Path, upstream: ScriptedUpstream) -> None:
    run(tmp_path, *BENCH, "--concurrency", "1")
    first = result(tmp_path)["levels"]
    done = run(tmp_path, *BENCH, "--concurrency", "1,3")

    assert done.returncode == 0, done.stderr
    assert asked(upstream) == 2 * (6 + 1)
    assert result(tmp_path)["levels"][:1] == first
    assert [level["concurrency"] for level in result(tmp_path)["levels"]] == [1, 3]


def test_another_test_in_the_file_is_not_overwritten_unless_it_is_said(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    run(tmp_path, *BENCH, "--concurrency", "1")
    before = (tmp_path / "bench.json").read_bytes()
    other = (*BENCH, "--concurrency", "1", "--seed", "2", "--input-tokens", "64")
    refused = run(tmp_path, *other)

    assert refused.returncode == 3
    assert "holds another test, which differs in seed, asked" in refused.stderr
    assert (tmp_path / "bench.json").read_bytes() == before
    assert run(tmp_path, *other, "--force").returncode == 0
    assert result(tmp_path)["seed"] == 2


def test_ctrl_c_keeps_the_levels_that_are_done_and_the_same_command_goes_on(
    tmp_path: Path,
) -> None:
    number = count()

    def slower(request: HttpRequest) -> Reply:
        if request.method == "GET":
            return Reply(404, {}, (b"{}",))
        # The first level is quick; the second would take a minute.
        return replace(ANSWER, delay_before=0.0 if next(number) < 7 else 10.0)

    order = (*BENCH, "--concurrency", "1,2")
    with ScriptedUpstream(slower).in_thread() as upstream:
        own(tmp_path, upstream)
        running = start(tmp_path, *order)
        deadline = time.monotonic() + SECONDS
        while not (tmp_path / "bench.json").exists() and running.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=30)
    kept = result(tmp_path)["levels"]

    assert (running.returncode, stdout) == (130, ""), stderr
    assert "Stopped. Run the same command to go on where it was." in stderr
    assert "rror" not in stderr
    assert [level["concurrency"] for level in kept] == [1]

    with ScriptedUpstream(
        lambda request: Reply(404, {}, (b"{}",)) if request.method == "GET" else ANSWER
    ).in_thread() as upstream:
        own(tmp_path, upstream)
        done = run(tmp_path, *order)
        assert done.returncode == 0, done.stderr
        assert asked(upstream) == 6 + 1
    assert result(tmp_path)["levels"][:1] == kept
    assert len(result(tmp_path)["levels"]) == 2


def test_an_endpoint_that_answers_nothing_fails_the_command_and_leaves_no_file(
    tmp_path: Path,
) -> None:
    with ScriptedUpstream(repeat(error(401, "no such key"))).in_thread() as upstream:
        own(tmp_path, upstream)
        done = run(tmp_path, *BENCH, "--concurrency", "1,2,4", "--warm-up", "0")
        assert asked(upstream) == 1

    assert done.returncode == 6
    assert "no such key" in done.stderr
    assert not (tmp_path / "bench.json").exists()


def test_a_level_that_ended_early_is_said_and_run_anew_by_the_next_command(
    tmp_path: Path,
) -> None:
    number = count()

    def failing(request: HttpRequest) -> Reply:
        if request.method == "GET":
            return Reply(404, {}, (b"{}",))
        return ANSWER if next(number) < 8 else error(500, "out of memory")

    with ScriptedUpstream(failing).in_thread() as upstream:
        own(tmp_path, upstream)
        done = run(tmp_path, *BENCH, "--concurrency", "1,2")
    assert done.returncode == 0
    assert "2 at a time: ended early: " in done.stderr
    assert "out of memory" in done.stderr

    with ScriptedUpstream(script).in_thread() as upstream:
        own(tmp_path, upstream)
        again = run(tmp_path, *BENCH, "--concurrency", "1,2")
    assert again.returncode == 3, "it says now that it is another engine"
    assert "differs in engine" in again.stderr


def test_a_key_that_an_endpoint_repeats_is_not_in_the_file(tmp_path: Path) -> None:
    number = count()

    def closing(request: HttpRequest) -> Reply:
        if request.method == "GET":
            return Reply(404, {}, (b"{}",))
        return ANSWER if next(number) < 9 else error(401, "the key sk-9f2b7c has run out")

    with ScriptedUpstream(closing).in_thread() as upstream:
        own(tmp_path, upstream)
        with (tmp_path / "equipoise.toml").open("a") as settings:
            settings.write('api_key = "env:OWN_API_KEY"\n')
        done = run(tmp_path, *BENCH, "--concurrency", "1,2,4", OWN_API_KEY="sk-9f2b7c")

    assert done.returncode == 0, done.stderr
    assert "the key … has run out" in (tmp_path / "bench.json").read_text()
    assert "sk-9f2b7c" not in (tmp_path / "bench.json").read_text() + done.stderr
    assert "not begun after that: 4 at a time" in done.stderr


def test_nobody_but_the_named_endpoint_is_asked(tmp_path: Path, upstream: ScriptedUpstream) -> None:
    with ScriptedUpstream(repeat(ANSWER)).in_thread() as other:
        text = (tmp_path / "equipoise.toml").read_text()
        more = f'\n[endpoints.other]\nbase_url = "{other.base_url}/v1"\n'
        (tmp_path / "equipoise.toml").write_text(text + more)
        # A proxy of the environment would be another host.
        done = run(tmp_path, *BENCH, "--concurrency", "1", HTTP_PROXY=other.base_url)
        assert other.connections == 0
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--endpoint", "owm", "--model", "m"), 4, "Did you mean 'own'?"),
        (("--endpoint", "own"), 4, "which model at own?"),
        (("--endpoint", "local", "--model", "llama"), 4, "is not embedded"),
        (("--endpoint", "own", "--model", "m", "--hardware", "abacus"), 4, "'abacus'"),
        (("--endpoint", "openai", "--model", "gpt-4.1-mini"), 6, "OPENAI_API_KEY is not set"),
        (("--endpoint", "own", "--model", "m", "--concurrency", "1,x"), 2, "no list of numbers"),
        (("--endpoint", "own", "--model", "m", "--concurrency", "0"), 2, "no list of numbers"),
        (("--endpoint", "own", "--model", "m", "--rate", "nan"), 2, "no list of numbers"),
        (("--endpoint", "own", "--model", "m", "--speed", "2"), 2, "--speed is that of a --trace"),
        (("--endpoint", "own", "--model", "m", "--first", "2"), 2, "--first is a part of --trace"),
        (
            ("--endpoint", "own", "--model", "m", "--trace", "t", "--rate", "1"),
            2,
            "a trace has its own times",
        ),
        (
            ("--endpoint", "own", "--model", "m", "--input-tokens", "9", "--shared-tokens", "10"),
            2,
            "more than --input-tokens",
        ),
        (("--endpoint", "own", "--model", "m", "--trace", "none.jsonl"), 3, "none.jsonl"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_asked(
    tmp_path: Path, upstream: ScriptedUpstream, options: tuple[str, ...], code: int, words: str
) -> None:
    done = run(tmp_path, "engine", "bench", *options)

    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert asked(upstream) == 0


def test_an_imported_report_becomes_a_result_file_with_its_machine(tmp_path: Path) -> None:
    shutil.copy(REPORTS / "guidellm.json", tmp_path)
    order = ("engine", "import", "guidellm.json", "--hardware", "h100", "--precision", "bf16")
    done = run(tmp_path, *order)
    found = result(tmp_path)

    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + 3
    assert (found["hardware"], found["precision"]) == ("h100", "bf16")
    assert (found["source"], found["interval"]) == ("guidellm 0.8.1", None)
    refused = run(tmp_path, *order)
    assert refused.returncode == 2
    assert "is there already" in refused.stderr


def test_a_report_of_nobody_is_a_file_to_mend(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"hello": 1}')
    done = run(tmp_path, "engine", "import", "x.json", "--json")

    assert done.returncode == 3
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert "none of the reports we read" in problem


def test_the_embedded_engine_is_started_and_measured_with_no_network(tmp_path: Path) -> None:
    order = ("engine", "bench", "--endpoint", "local", "--concurrency", "1,2", "--requests", "2")
    # Whoever needed a network would meet nobody there.
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = run(tmp_path, *order, "--input-tokens", "16", "--output-tokens", "4", **nowhere)
    if "cannot be loaded" in done.stderr:
        pytest.skip(done.stderr)
    found = result(tmp_path)

    assert done.returncode == 0, done.stderr
    assert found["engine"].startswith("llama.cpp, by xllamacpp ")
    assert found["hardware"] is None
    assert [level["requests"] for level in found["levels"]] == [2, 2]
