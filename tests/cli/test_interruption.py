"""A trial that is stopped or killed: nobody stays behind, no answer is lost, and it goes on."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from tests.cli.terminal import COLOUR, on_terminal, plain
from tests.compose.command import SECONDS, run, start
from tests.compose.triage import DAY, ITEMS, change, write_lone

ORDER = ("decide", "triage.toml", "--date", DAY)


def lines(folder: Path) -> list[bytes]:
    """The whole lines of a folder's journal, the plan first."""
    found = list((folder / ".equipoise/trials").glob("*.jsonl"))
    return found[0].read_bytes().split(b"\n")[:-1] if found else []


def children(pid: int) -> set[int]:
    """The processes that a process has started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid and state not in "ZX":
            found.add(int(stat.parent.name))
    return found


def gone(pids: set[int]) -> bool:
    """Whether processes are gone within five seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.02)
    return False


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that was ended by a signal: how, what it left running, its journal before and after."""

    code: int
    stdout: str
    stderr: str
    children: set[int]
    orphaned: bool
    before: list[bytes]
    after: list[bytes]


def end(folder: Path, name: signal.Signals, answers: int) -> Ended:
    """Run until the journal holds some answers, then send a signal to the process alone."""
    running = start(folder, *ORDER)
    deadline = time.monotonic() + SECONDS
    while len(before := lines(folder)) < 1 + answers and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    started = children(running.pid)
    running.send_signal(name)
    stdout, stderr = running.communicate(timeout=30)
    left = not gone(started)
    return Ended(running.returncode, stdout, stderr, started, left, before, lines(folder))


@dataclass(frozen=True, slots=True)
class History:
    """One trial: stopped, gone on and killed, gone on to its end."""

    folder: Path
    stopped: Ended
    killed: Ended
    finished: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, absent: Callable[[str], NoReturn]) -> History:
    """Stop it after two answers, kill it after two more, let it finish."""
    folder = tmp_path_factory.mktemp("history")
    write_lone(folder)
    # Longer answers, so that a signal finds one in flight however fast the machine is.
    change(folder / "triage.toml", 'queue = ["billing", "delivery"]', 'queue = "string"')
    stopped = end(folder, signal.SIGINT, 2)
    if "cannot be loaded" in stopped.stderr:
        absent(stopped.stderr)
    killed = end(folder, signal.SIGKILL, len(stopped.after) - 1 + 2)
    return History(folder, stopped, killed, run(folder, *ORDER))


def test_ctrl_c_exits_with_130_and_says_how_to_go_on(history: History) -> None:
    assert history.stopped.code == 130
    assert history.stopped.stdout == ""
    assert "Stopped. Run the same command to go on where it was." in history.stopped.stderr
    assert "Traceback" not in history.stopped.stderr
    assert "rror" not in history.stopped.stderr


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_no_child_is_left_behind(history: History, how: str) -> None:
    ended: Ended = getattr(history, how)

    assert len(ended.children) == 1
    assert not ended.orphaned


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_the_journal_keeps_every_answer(history: History, how: str) -> None:
    ended: Ended = getattr(history, how)

    assert ended.after[: len(ended.before)] == ended.before
    assert len(ended.after) < 1 + ITEMS, "it had ended before the signal came"


def test_a_kill_is_a_kill(history: History) -> None:
    assert history.killed.code == -signal.SIGKILL


def test_the_next_run_asks_only_the_rest(history: History) -> None:
    whole = lines(history.folder)

    assert history.finished.returncode == 5, history.finished.stderr
    assert history.killed.before[: len(history.stopped.after)] == history.stopped.after
    assert whole[: len(history.killed.after)] == history.killed.after
    assert len(whole) == len(set(whole)) == 1 + ITEMS


def test_ctrl_c_is_heeded_after_the_last_answer_too(history: History) -> None:
    # A machine with other work may let the run end before the signal comes: another try, then.
    for _ in range(5):
        running = start(history.folder, *ORDER)
        # The engine comes, counts tokens and goes; what follows is the decision.
        for present in (True, False):
            while bool(children(running.pid)) is not present and running.poll() is None:
                time.sleep(0.005)
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=30)
        if running.returncode != 5:
            break

    assert (running.returncode, stdout) == (130, "")
    assert "Stopped." in stderr
    assert "rror" not in stderr


def test_the_words_of_a_run_are_not_data(history: History) -> None:
    rows = [line.split("\t") for line in history.finished.stdout.splitlines()]

    assert [row[:2] for row in rows] == [["workload", "plan"], ["triage", "undecided"]]
    assert f"triage: {ITEMS} of {ITEMS} answers" in history.finished.stderr
    assert "Next, for triage:" in history.finished.stderr


@pytest.fixture(scope="module")
def shown(history: History) -> tuple[int, str, str]:
    """The decision on a terminal."""
    return on_terminal(history.folder, *ORDER, stream="stdout")


def test_a_person_is_shown_the_answer_and_what_it_rests_on(shown: tuple[int, str, str]) -> None:
    code, seen, words = shown
    text = plain(seen)

    assert code == 5
    assert text.startswith("Sort messages into two queues")
    assert "Undecided" in text
    assert any(line.split()[:1] == ["small"] for line in text.splitlines())
    assert "\t" not in text
    assert "Record  decisions/" in words
    assert COLOUR.search(seen)


def test_no_colour_is_shown_to_whoever_wants_none(history: History) -> None:
    _, seen, _ = on_terminal(history.folder, *ORDER, stream="stdout", NO_COLOR="1")

    assert "Undecided" in plain(seen)
    assert not COLOUR.search(seen)


def test_a_person_sees_a_bar_while_data_goes_down_a_pipe(history: History) -> None:
    code, seen, data = on_terminal(history.folder, *ORDER, "--json", stream="stderr")

    assert code == 5
    assert f"{ITEMS}/{ITEMS}" in plain(seen)
    assert data.startswith("{")
    assert data.endswith("}\n")


def test_a_trial_that_another_process_runs_is_left_to_it(
    history: History, debian_program: Callable[[str, str], str]
) -> None:
    (journal,) = (history.folder / ".equipoise/trials").glob("*.jsonl")
    held = [
        debian_program("flock", "util-linux"),
        "--nonblock",
        str(journal),
        "sh",
        "-c",
        'exec "$@"',
        "sh",
    ]
    done = run(history.folder, *ORDER, before=held)

    assert (done.returncode, done.stdout) == (1, "")
    assert "another process is running this trial" in done.stderr
