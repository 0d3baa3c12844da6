"""Trials over real sockets that are killed, stopped, starved and cut off: nothing is paid twice."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.compose.command import start
from tests.compose.shop import (
    ITEMS,
    NEW,
    OLD,
    by_model,
    json_of,
    kept,
    paid,
    right,
    trial_run,
    write_shop,
)

from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import Fault, HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

# As many questions as are under way at once.
UNDER_WAY = 4


def slowly(request: HttpRequest) -> Reply:
    """The right answer, after a moment."""
    return replace(right(request), delay_before=0.04)


@contextmanager
def begun(folder: Path, answers: int) -> Iterator[subprocess.Popen[str]]:
    """A run of the trial, once its journal has more answers than these; none is left behind."""
    running = start(folder, "trial", "run", "shop.toml")
    deadline = time.monotonic() + 30
    try:
        while len(kept(folder)) <= answers:
            assert time.monotonic() < deadline
            assert running.poll() is None, running.communicate()
            time.sleep(0.005)
        yield running
    finally:
        if running.poll() is None:
            running.kill()
            running.communicate()


def test_killed_at_random_moments_a_trial_asks_no_answered_question_again(tmp_path: Path) -> None:
    chance = random.Random(4)
    with ScriptedUpstream(slowly).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        answered: set[tuple[str, str]] = set()
        for kill in range(5):
            before = paid(shop)
            with begun(tmp_path, len(answered) + kill) as running:
                time.sleep(chance.random() / 20)
                running.send_signal(signal.SIGKILL)
                running.communicate()
            after = kept(tmp_path)
            asked = paid(shop) - before

            assert answered <= after
            assert answered.isdisjoint(asked)
            # What a kill loses is what was under way.
            assert len(set(asked) - after) <= UNDER_WAY
            answered = after
        done = trial_run(tmp_path, "--json")
        total = paid(shop)

    assert done.returncode == 0, done.stderr
    assert len(kept(tmp_path)) == 2 * ITEMS
    assert total.total() <= 2 * ITEMS + 5 * UNDER_WAY
    assert json_of(done)["missing"] == {}


def test_ctrl_c_finishes_what_is_under_way_and_keeps_it(tmp_path: Path) -> None:
    with ScriptedUpstream(lambda r: replace(right(r), delay_before=0.3)).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        with begun(tmp_path, 6) as running:
            running.send_signal(signal.SIGINT)
            _, words = running.communicate(timeout=30)
        asked = paid(shop)

    assert running.returncode == 130
    assert "Finishing the questions under way" in words
    assert "Stopped. Run the same command to go on where it was." in words
    assert set(asked) == kept(tmp_path)
    assert asked.total() < 2 * ITEMS


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    with ScriptedUpstream(
        lambda r: replace(right(r), delay_before=20.0 if len(kept(tmp_path)) > 6 else 0.01)
    ).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        with begun(tmp_path, 6) as running:
            started = time.monotonic()
            for _ in range(2):
                running.send_signal(signal.SIGINT)
                time.sleep(0.3)
            _, words = running.communicate(timeout=10)

    assert running.returncode == 130
    assert time.monotonic() - started < 5
    assert "Traceback" not in words


def test_a_storm_of_429_ends_and_every_question_has_one_answer(tmp_path: Path) -> None:
    seen = {"count": 0}

    def stormy(request: HttpRequest) -> Reply:
        seen["count"] += 1
        if 10 <= seen["count"] < 18:
            return error(429, "slow down", retry_after=0.2)
        return right(request)

    with ScriptedUpstream(stormy).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        done = trial_run(tmp_path, "--json")

    report = json_of(done)
    assert done.returncode == 0, done.stderr
    assert (report["missing"], report["given_up"]) == ({}, [])
    assert [row["answers"]["failure"] for row in report["candidates"]] == [0, 0]
    assert len(kept(tmp_path)) == 2 * ITEMS
    assert seen["count"] == 2 * ITEMS + 8


def test_an_endpoint_that_dies_is_unmeasured_with_code_6_and_the_run_goes_on_later(
    tmp_path: Path,
) -> None:
    dead = {"is": False}

    def dying(request: HttpRequest) -> Reply:
        if request.model == NEW and (dead["is"] or len(kept(tmp_path)) > 20):
            dead["is"] = True
            return Reply(fault=Fault.reset())
        return right(request)

    with ScriptedUpstream(dying).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        first = trial_run(tmp_path, "--json")
        answered = kept(tmp_path)
        before = paid(shop)
        shop._answer = right
        second = trial_run(tmp_path, "--json")
        asked = paid(shop) - before

    by_name = {row["candidate"]: row for row in json_of(first)["candidates"]}
    assert first.returncode == 6
    assert by_name["new"]["verdict"] == "undecided"
    assert "no answer from" in by_name["new"]["sentence"]
    assert second.returncode == 0, second.stderr
    assert answered.isdisjoint(asked)
    assert len(kept(tmp_path)) == 2 * ITEMS


def test_answers_that_break_off_or_are_no_json_are_retried_or_counted(tmp_path: Path) -> None:
    cut: set[str] = set()

    def broken(request: HttpRequest) -> Reply:
        text = str(request.body["messages"][-1]["content"])
        whole = right(request)
        if text not in cut and text.endswith("7"):
            cut.add(text)
            return replace(whole, fault=Fault.cut(len(whole.body) // 2))
        if request.model == NEW and text.endswith("5"):
            return chat_stream("billing, I would say")
        return whole

    with ScriptedUpstream(by_model(old=broken, new=broken)).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        done = trial_run(tmp_path, "--json")
        asked = paid(shop)

    by_name = {row["candidate"]: row["answers"] for row in json_of(done)["candidates"]}
    assert done.returncode == 0, done.stderr
    assert by_name["new"]["malformed"] == 4
    assert by_name["old"] | {"accepted": 0} == dict.fromkeys(by_name["old"], 0)
    assert by_name["old"]["accepted"] == ITEMS
    assert asked.total() == 2 * ITEMS + len(cut)
    assert {model for model, _ in asked} == {OLD, NEW}
