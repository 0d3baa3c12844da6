"""The gateway in a process of its own, as it is started, and records read from its ledger."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.compose.command import environment
from tests.gateway.house import CHAT, MESSAGES, OWN, model, write

from equipoise.domain.record import Record
from equipoise.ledger.sqlite import SqliteLedger

EMBEDDED = "smollm2-135m-instruct"
MODELS = (
    model("small", f"local/{EMBEDDED}")
    + model("chat", CHAT)
    + model("messages", MESSAGES)
    + model("clinic", CHAT, MESSAGES, workload="clinic")
    + model("own", OWN, workload="clinic")
)
START_SECONDS = 60.0


class NotStartedError(Exception):
    """The gateway ended before it was ready; the words are its own."""


@dataclass(frozen=True, slots=True)
class Process:
    """A gateway that serves, with its ledger's file."""

    url: str
    file: Path
    child: subprocess.Popen[bytes]

    def records(self) -> list[Record]:
        """What the ledger holds now."""
        with closing(SqliteLedger(self.file)) as ledger:
            return list(ledger.records())

    def record(self, name: str, seconds: float = 10.0) -> Record:
        """The record of an id, waited for where the client is ahead of it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for record in self.records():
                if record.id == name:
                    return record
            time.sleep(0.05)
        raise AssertionError(f"no record of {name}")


@contextmanager
def served(folder: Path, upstream: str) -> Iterator[Process]:
    """Start the gateway over an upstream; raises NotStartedError. It is ended with the block."""
    port = _free_port()
    file = folder / "ledger.db"
    head = (
        f"[gateway]\nport = {port}\nmax_body_bytes = 20_000\n[ledger]\nurl = 'sqlite:///{file}'\n"
    )
    path = write(folder, MODELS, head=head, chat=upstream, messages=upstream, own=upstream)
    errors = folder / "stderr"
    with errors.open("wb") as stderr:
        child = subprocess.Popen(
            [sys.executable, "-m", "equipoise.compose.live", str(path)],
            cwd=folder,
            env=environment(folder),
            stderr=stderr,
        )
    process = Process(f"http://127.0.0.1:{port}", file, child)
    try:
        _await_ready(process, errors)
        yield process
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _await_ready(process: Process, errors: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.child.poll() is None:
        try:
            if httpx2.get(f"{process.url}/readyz", trust_env=False).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise NotStartedError(errors.read_text())


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
