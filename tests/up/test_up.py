"""`equipoise up` as a user runs it: it answers, records, restarts, and leaves nobody behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError

import pytest
from tests.compose.command import start
from tests.up.running import (
    CONSOLE,
    GATEWAY,
    MODEL,
    Running,
    free_ports,
    get,
    gone,
    processes,
    running,
    write_settings,
)

from equipoise.domain.record import Outcome
from equipoise.ledger.opening import open_ledger

Absent = Callable[[str], NoReturn]


def test_a_request_is_answered_by_the_embedded_model_without_a_key(up: Running) -> None:
    answer = up.ask()

    assert answer["model"] == MODEL
    assert answer["choices"][0]["message"]["content"]


def test_a_client_that_has_its_answer_finds_its_record_on_the_page(up: Running) -> None:
    before = json.loads(get(f"{up.console}/overview.json"))
    answer = up.ask()
    after = json.loads(get(f"{up.console}/overview.json"))

    assert after["requests"] == before["requests"] + 1
    row, earlier = after["spend"][0], before["spend"][0]
    assert (row["workload"], row["target"]) == ("default", f"local/{MODEL}")
    output = answer["usage"]["completion_tokens"]
    assert row["output_tokens"] == earlier["output_tokens"] + output
    assert row["cost_pico"] > earlier["cost_pico"] > 0
    assert f"{row['requests']}</td>" in get(f"{up.console}/")


def test_it_says_where_it_answers_and_what_to_paste(up: Running) -> None:
    assert f"The gateway answers: {up.gateway}\n" in up.words
    assert f"The console answers: {up.console}\n" in up.words
    curl, export = (line.strip() for line in up.words.splitlines() if line.startswith("  "))
    assert curl.startswith(f"curl {up.gateway}/v1/chat/completions ")
    assert export == f"export OPENAI_BASE_URL={up.gateway}/v1 ANTHROPIC_BASE_URL={up.gateway}"


def test_the_line_to_paste_works_in_a_shell(
    up: Running, debian_program: Callable[[str, str], str]
) -> None:
    debian_program("curl", "curl")
    line = next(line for line in up.words.splitlines() if line.startswith("  curl "))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{line} --silent --noproxy '*'"], capture_output=True, check=True
    )

    assert json.loads(done.stdout)["object"] == "chat.completion"


def test_each_part_is_a_process_and_the_engine_is_the_gateways(up: Running) -> None:
    below = processes(up.supervisor.pid)
    gateway, console = up.part(GATEWAY), up.part(CONSOLE)

    assert len(below) == 3
    assert "llamacpp_child" in next(iter(processes(gateway).values()))
    assert processes(console) == {}


@pytest.mark.parametrize(
    "folder", ["..", "%2e%2e", "..%2f..%2fetc", "%2e%2e%2f", ".hidden", "a%00b", "absent"]
)
def test_a_way_out_of_the_folder_of_decisions_is_refused(up: Running, folder: str) -> None:
    (up.folder / "report.html").write_text("outside")
    with pytest.raises(HTTPError) as refused:
        get(f"{up.console}/decisions/{folder}/report.html")

    assert refused.value.code == 404
    refused.value.close()


@pytest.mark.parametrize(
    ("name", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)]
)
def test_a_signal_stops_everything_in_order(
    tmp_path: Path, absent: Absent, name: signal.Signals, code: int
) -> None:
    with running(tmp_path, absent) as up:
        below = set(processes(up.supervisor.pid))

        assert len(below) == 3
        assert up.end(name) == code
        assert gone(below, seconds=1)
        assert "Stopped." in up.words
        assert "Traceback" not in up.words


def test_what_was_killed_is_started_again_and_answers(tmp_path: Path, absent: Absent) -> None:
    with running(tmp_path, absent) as up:
        gateway, console = up.part(GATEWAY), up.part(CONSOLE)
        engine = set(processes(gateway))
        os.kill(gateway, signal.SIGKILL)
        assert up.heard("The gateway answers again")
        assert len(engine) == 1
        assert gone(engine)
        assert up.ask()["model"] == MODEL
        os.kill(console, signal.SIGKILL)
        assert up.heard("The console answers again")

        assert json.loads(get(f"{up.console}/overview.json"))["requests"] == 1
        assert {up.part(GATEWAY), up.part(CONSOLE)}.isdisjoint({gateway, console})
        assert "The gateway was ended by SIGKILL; it is started again in 0.5 s." in up.words
        assert len(processes(up.supervisor.pid)) == 3


def test_whoever_dies_over_and_over_is_given_up_with_its_last_words(
    tmp_path: Path, absent: Absent
) -> None:
    with running(tmp_path, absent) as up:
        below = set(processes(up.supervisor.pid))
        # What the console cannot read any more, it cannot start on: its file has changed.
        (tmp_path / "equipoise.toml").write_text("[console]\nprot = 1\n")
        os.kill(up.part(CONSOLE), signal.SIGKILL)

        assert up.supervisor.wait(timeout=60) == 1
        assert gone(below)
        assert "in 0.5 s" in up.words
        assert "in 1 s" in up.words
        assert "in 2 s" in up.words
        assert "the console died 4 times; the last time it ended with exit code 1" in up.words
        last_words = up.words.partition("died 4 times")[2]
        assert "equipoise.toml:2: console.prot: unknown key. Did you mean 'port'?" in last_words
        assert "Traceback" not in last_words
        assert "`equipoise doctor`" in last_words


def test_nobody_outlives_a_supervisor_that_was_killed(tmp_path: Path, absent: Absent) -> None:
    with running(tmp_path, absent) as up:
        below = set(processes(up.supervisor.pid))
        up.supervisor.kill()

        assert len(below) == 3
        assert gone(below)


def test_what_is_being_answered_is_answered_and_recorded_before_it_stops(
    tmp_path: Path, absent: Absent
) -> None:
    with running(tmp_path, absent) as up, up.stream("Tell a long story.", 60) as lines:
        first = next(lines)
        up.supervisor.send_signal(signal.SIGTERM)
        rest = list(lines)

        assert first.startswith("data: {")
        assert rest[-1] == "data: [DONE]"
        assert up.supervisor.wait(timeout=60) == 0
    with closing(open_ledger(f"sqlite:///{tmp_path / 'equipoise.db'}")) as ledger:
        assert [record.outcome for record in ledger.records()] == [Outcome.ANSWERED]


def test_a_second_signal_waits_for_nobody(tmp_path: Path, absent: Absent) -> None:
    with running(tmp_path, absent) as up:
        below = processes(up.supervisor.pid)
        for module in (GATEWAY, CONSOLE):
            os.kill(up.part(module), signal.SIGSTOP)  # as a process that hangs
        up.supervisor.send_signal(signal.SIGINT)
        assert up.heard("Stopping")
        began = time.monotonic()

        assert up.end(signal.SIGINT) == 130
        assert time.monotonic() - began < 10
        assert gone(set(below))


def test_a_signal_while_it_starts_leaves_nobody_behind(tmp_path: Path) -> None:
    write_settings(tmp_path, *free_ports())
    for signalled_at in (1, 2, 3):
        supervisor = start(tmp_path, "up")
        deadline = time.monotonic() + 30
        while len(below := processes(supervisor.pid)) < signalled_at:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        supervisor.send_signal(signal.SIGTERM)
        supervisor.communicate(timeout=60)

        assert supervisor.returncode == 0
        assert gone(set(below))
