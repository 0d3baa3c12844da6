"""The embedded engine's process: it starts or says why not, comes back, and outlives nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from equipoise.domain.event import Finished, TextDelta
from equipoise.domain.request import Message, Request
from equipoise.engines.llamacpp import RESTARTS, LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.errors import EngineError, EngineLibraryError

HELLO = Request("smol", (Message("user", "Say yes."),), max_output_tokens=2)
STORY = Request("smol", (Message("user", "Tell a long story."),), max_output_tokens=1500)

PARENT = """
import asyncio, os, sys, time
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings

async def main():
    async with LlamaCppEngine(LlamaCppSettings.from_json(sys.argv[1])) as engine:
        heir = os.fork() if sys.argv[2] == "an heir" else None
        if heir != 0:
            print(engine.pid, heir or engine.pid, flush=True)
        time.sleep(30)

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def engine_that_starts(engine: LlamaCppEngine) -> None:
    """Where the shared engine cannot start, these tests have nothing to test."""


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def ends(pid: int) -> bool:
    """Whether a process is gone within five seconds."""
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


async def asked(engine: LlamaCppEngine, request: Request = HELLO) -> bool:
    """Whether a request was answered to its end."""
    return any([isinstance(event, Finished) async for event in engine.stream(request)])


@pytest.mark.parametrize("left", ["nobody", "an heir"])
def test_the_child_dies_with_a_parent_that_is_killed(settings: LlamaCppSettings, left: str) -> None:
    # An heir, a fork of the parent, keeps every pipe open, so that nothing is seen to close.
    command = [sys.executable, "-c", PARENT, settings.to_json(), left]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child, heir = map(int, parent.stdout.readline().split())
        assert alive(child)
        parent.kill()

    gone = ends(child)
    if heir != child:
        os.kill(heir, signal.SIGKILL)
    assert gone


def test_the_child_ends_when_its_stdin_does(settings: LlamaCppSettings) -> None:
    command = [sys.executable, "-m", "equipoise.engines.llamacpp_child"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(settings.to_json() + "\n")
        child.stdin.flush()
        assert '"address"' in child.stdout.readline()
        child.stdin.close()

        assert child.wait(timeout=5) == 0


def test_leaving_the_engine_ends_its_child(settings: LlamaCppSettings) -> None:
    async def visit() -> int:
        async with LlamaCppEngine(settings) as engine:
            assert engine.pid is not None
            return engine.pid

    assert ends(asyncio.run(visit()))


def test_a_start_that_is_cancelled_leaves_no_child_behind(settings: LlamaCppSettings) -> None:
    async def give_up() -> int:
        engine = LlamaCppEngine(settings)
        start = asyncio.create_task(engine.__aenter__())
        while engine.pid is None:
            await asyncio.sleep(0.005)
        child = engine.pid
        start.cancel()
        await asyncio.wait({start})
        return child

    assert ends(asyncio.run(give_up()))


def test_a_killed_child_is_started_again_by_the_next_request(settings: LlamaCppSettings) -> None:
    async def kill_and_ask() -> None:
        async with LlamaCppEngine(settings) as engine:
            seen = {engine.pid}
            # More often than restarts are allowed in a row: an answer in between forgives them.
            for _ in range(RESTARTS + 2):
                assert engine.pid is not None
                os.kill(engine.pid, signal.SIGKILL)
                assert await asked(engine)
                seen.add(engine.pid)
            assert len(seen) == RESTARTS + 3

    asyncio.run(kill_and_ask())


def test_a_child_killed_while_it_answers_is_an_error_and_the_next_request_is_answered(
    settings: LlamaCppSettings,
) -> None:
    async def kill_mid_answer() -> None:
        async with LlamaCppEngine(settings) as engine:
            events = engine.stream(STORY)
            assert isinstance(await anext(events), TextDelta)
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            with pytest.raises(EngineError, match="died while it answered"):
                [event async for event in events]
            assert await asked(engine)

    asyncio.run(kill_mid_answer())


def test_an_engine_that_dies_over_and_over_is_given_up_with_its_last_words(
    settings: LlamaCppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "weights.gguf"
    link.symlink_to(settings.weights)
    monkeypatch.setattr("equipoise.engines.llamacpp.FIRST_PAUSE_SECONDS", 0.01)

    async def kill_and_take_the_weights_away() -> list[str]:
        messages: list[str] = []
        async with LlamaCppEngine(replace(settings, weights=str(link))) as engine:
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            link.unlink()
            for _ in range(RESTARTS + 1):
                with pytest.raises(EngineError) as caught:
                    await asked(engine)
                messages.append(str(caught.value))
            assert engine.pid is None
        return messages

    *attempts, last = asyncio.run(kill_and_take_the_weights_away())

    assert all("did not start" in message and str(link) in message for message in attempts)
    assert f"died {RESTARTS + 1} times" in last
    assert str(link) in last


@pytest.mark.parametrize(
    "content",
    [pytest.param(None, id="none"), b"", b"<html>", b"GGUF" + bytes(500), b"GGUF" + b"\xff" * 500],
)
def test_weights_that_llama_cpp_cannot_load_are_an_error_that_names_them(
    settings: LlamaCppSettings, tmp_path: Path, content: bytes | None
) -> None:
    weights = tmp_path / "weights.gguf"
    if content is not None:
        weights.write_bytes(content)

    async def start() -> None:
        async with LlamaCppEngine(replace(settings, weights=str(weights))):
            pass

    with pytest.raises(EngineError, match="did not start") as caught:
        asyncio.run(start())
    assert str(weights) in str(caught.value)
    assert "equipoise doctor" in caught.value.hint


def fake(folder: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a module in the place of xllamacpp, for the child to import."""
    (folder / "xllamacpp.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)


def failure(settings: LlamaCppSettings) -> EngineError:
    """The error that a start comes to."""

    async def start() -> None:
        await LlamaCppEngine(settings).__aenter__()

    with pytest.raises(EngineError) as caught:
        asyncio.run(start())
    return caught.value


def test_a_missing_system_library_is_named_with_the_package_that_brings_it(
    settings: LlamaCppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, "raise ImportError('libgomp.so.1: cannot open shared object')", monkeypatch)
    error = failure(settings)

    assert isinstance(error, EngineLibraryError)
    assert "libgomp.so.1" in error.message
    assert "apt-get install libgomp1" in error.hint


@pytest.mark.parametrize("output", [1, 2])
def test_a_child_may_say_as_much_as_it_likes_without_ending_a_line(
    settings: LlamaCppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: int
) -> None:
    source = f"import os\nfor _ in range(40): os.write({output}, b'x' * 9000)\nraise OSError('no')"
    fake(tmp_path, source, monkeypatch)

    assert failure(settings).message.startswith("the embedded engine did not start: no")


def test_a_child_that_ends_without_a_word_is_an_error_with_its_last_ones(
    settings: LlamaCppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, "import os, sys\nprint('bye', file=sys.stderr)\nos._exit(3)", monkeypatch)

    assert failure(settings).message == "the embedded engine ended before it was ready\n  bye"


def test_a_child_that_never_gets_ready_is_given_up_and_ended(
    settings: LlamaCppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(
        tmp_path, "import sys, time\nprint('loading', file=sys.stderr)\ntime.sleep(60)", monkeypatch
    )
    monkeypatch.setattr("equipoise.engines.llamacpp.START_SECONDS", 0.5)
    monkeypatch.setattr("equipoise.engines.llamacpp.STOP_SECONDS", 0.2)
    error = failure(settings)

    assert error.message.startswith("the embedded engine was not ready after")
    assert error.message.endswith("loading")


def test_modules_in_the_folder_where_somebody_works_are_not_imported(
    settings: LlamaCppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "xllamacpp", "equipoise"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    monkeypatch.chdir(tmp_path)

    async def start() -> bool:
        async with LlamaCppEngine(settings) as engine:
            return await asked(engine)

    assert asyncio.run(start())


def test_only_the_child_imports_llama_cpp() -> None:
    question = "import sys, equipoise.engines.llamacpp; print('xllamacpp' in sys.modules)"
    command = [sys.executable, "-c", question]

    assert subprocess.check_output(command, text=True).strip() == "False"
