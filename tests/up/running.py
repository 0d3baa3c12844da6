"""`equipoise up` in a process of its own, on ports of its own, and the processes below it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tests.compose.command import COMMAND, SECONDS, environment

GATEWAY, CONSOLE = "equipoise.compose.live", "equipoise.compose.pages"
MODEL = "smollm2-135m-instruct"
# A proxy of the machine's is not asked for its own addresses.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_ports() -> tuple[int, int]:
    """Two ports that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def write_settings(folder: Path, gateway: int, console: int, more: str = "") -> Path:
    """A settings file with these ports."""
    path = folder / "equipoise.toml"
    path.write_text(f"[gateway]\nport = {gateway}\n\n[console]\nport = {console}\n\n{more}")
    return path


def get(url: str) -> str:
    """What an address answers; raises URLError."""
    with _DIRECT.open(url, timeout=SECONDS) as reply:
        text: str = reply.read().decode()
        return text


def processes(above: int) -> dict[int, str]:
    """The command lines of all running processes below a process, by id."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state not in "ZX":
            parents[int(stat.parent.name)] = int(parent)
    below: set[int] = set()
    layer = {above}
    while layer:
        layer = {pid for pid, parent in parents.items() if parent in layer}
        below |= layer
    return {pid: _command_line(pid) for pid in below}


def gone(pids: set[int], seconds: float = 20) -> bool:
    """Whether processes are gone before so many seconds have passed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() and _command_line(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""  # a zombie has none either


@dataclass(frozen=True, slots=True)
class Running:
    """A running `equipoise up`."""

    supervisor: subprocess.Popen[bytes]
    folder: Path
    gateway: str
    console: str

    @property
    def words(self) -> str:
        """What it has said so far."""
        return (self.folder / "words").read_text()

    def heard(self, words: str, times: int = 1) -> bool:
        """Wait until it has said something so often; False where it ended before."""
        deadline = time.monotonic() + SECONDS
        while self.words.count(words) < times:
            if self.supervisor.poll() is not None:
                return False
            assert time.monotonic() < deadline, self.words
            time.sleep(0.01)
        return True

    def part(self, module: str) -> int:
        """The process id of a part."""
        parts = processes(self.supervisor.pid)
        return next(pid for pid, line in parts.items() if module in line)

    @contextmanager
    def stream(self, question: str, tokens: int) -> Iterator[Iterator[str]]:
        """Put a question to the embedded model; the lines of its answer as they come."""
        body = {
            "model": MODEL,
            "messages": [{"role": "user", "content": question}],
            "max_tokens": tokens,
            "stream": True,
        }
        url = f"{self.gateway}/v1/chat/completions"
        with _DIRECT.open(url, json.dumps(body).encode(), SECONDS) as reply:
            yield (line.decode().strip() for line in reply if line.strip())

    def ask(self) -> dict[str, Any]:
        """Put one question to the embedded model."""
        question = {
            "model": MODEL,
            "messages": [{"role": "user", "content": "Name one colour."}],
            "max_tokens": 8,
        }
        url, body = f"{self.gateway}/v1/chat/completions", json.dumps(question).encode()
        with _DIRECT.open(url, body, SECONDS) as reply:
            answer: dict[str, Any] = json.load(reply)
            return answer

    def end(self, name: signal.Signals) -> int:
        """Send a signal to the supervisor's process group, as a terminal does; the exit code."""
        os.killpg(self.supervisor.pid, name)
        return self.supervisor.wait(timeout=SECONDS)


@contextmanager
def running(folder: Path, absent: Callable[[str], NoReturn], more: str = "") -> Iterator[Running]:
    """Start it and wait until both parts answer; whatever still runs at the end is killed."""
    gateway, console = free_ports()
    write_settings(folder, gateway, console, more)
    with (folder / "words").open("wb") as words:
        supervisor = subprocess.Popen(
            [*COMMAND, "up"],
            cwd=folder,
            env=environment(folder),
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    up = Running(supervisor, folder, f"http://127.0.0.1:{gateway}", f"http://127.0.0.1:{console}")
    started: set[int] = set()
    try:
        ready = up.heard("The gateway answers") and up.heard("The console answers")
        if "cannot be loaded" in up.words:
            absent(up.words)
        assert ready, up.words
        started = set(processes(supervisor.pid))
        yield up
    finally:
        started |= set(processes(supervisor.pid))
        supervisor.kill()
        supervisor.wait()
        left = not gone(started)
        for pid in started if left else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not left, "a process was left behind"
