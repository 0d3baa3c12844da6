"""How many seconds pass from `equipoise up` to the first answered request."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from goals import Goal, report

_ROUNDS = 3
_GOAL_SECONDS = 5.0
_LONGEST_SECONDS = 120.0
_PAUSE_SECONDS = 0.02
_QUESTION = json.dumps(
    {
        "model": "smollm2-135m-instruct",
        "messages": [{"role": "user", "content": "Name one colour."}],
        "max_tokens": 8,
    }
)


def seconds_to_answer() -> float:
    """Start it in an empty folder, ask until it answers, stop it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gateway, console = _free_ports()
        text = f"[gateway]\nport = {gateway}\n[console]\nport = {console}\n"
        (folder / "equipoise.toml").write_text(text)
        words = folder / "words"
        with words.open("wb") as said:
            began = time.perf_counter()
            running = subprocess.Popen(
                [sys.executable, "-m", "equipoise", "up"], cwd=folder, stdout=said, stderr=said
            )
        try:
            while not _answered(gateway):
                late = time.perf_counter() - began > _LONGEST_SECONDS
                if late or running.poll() is not None:
                    raise SystemExit(f"no answer:\n{words.read_text()}")
                time.sleep(_PAUSE_SECONDS)
            return time.perf_counter() - began
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait()


def _answered(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LONGEST_SECONDS)
    try:
        connection.request("POST", "/v1/chat/completions", _QUESTION)
        reply = connection.getresponse()
        if reply.status != http.HTTPStatus.OK:
            raise SystemExit(f"answered with {reply.status}: {reply.read().decode()}")
        return bool(json.load(reply)["choices"])
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def main() -> int:
    """Measure and report."""
    seconds = median(seconds_to_answer() for _ in range(_ROUNDS))
    name = "equipoise up to the first answered request"
    return report([Goal(name, seconds, 0, _GOAL_SECONDS, "s")])


if __name__ == "__main__":
    sys.exit(main())
