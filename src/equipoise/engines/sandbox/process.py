"""One job in one child: started, listened to for a bounded time, and ended with all it started."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.errors import EngineError

_CHILD = Path(__file__).with_name("child.py").read_text(encoding="utf-8")
_NOBODY = 65_534
# The child ends the job when its time is over. One that does not is ended from outside.
_GRACE_SECONDS = 5.0
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use: seconds, bytes, and how many of each thing."""

    wall_seconds: float = 10.0
    cpu_seconds: int = 10
    memory_bytes: int = 512 * 2**20
    folder_bytes: int = 16 * 2**20
    report_bytes: int = 256 * 2**10
    open_files: int = 64
    processes: int = 16


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of Python source. What is `needed` ends the job when it fails."""

    name: str
    source: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """Parts that run one after the other in one namespace, and a function called at the end.

    With `trusted` it is the user's own: it has the installed packages, and is bounded but not shut
    in. Whatever is not trusted runs on the standard library alone, and with `needs_isolation` not
    at all where something would stay exposed.
    """

    parts: tuple[Part, ...]
    function: str = ""
    arguments: tuple[object, ...] = ()
    trusted: bool = False
    needs_isolation: bool = True


@dataclass(frozen=True, slots=True)
class PartResult:
    """What became of a part: whether it could be read as Python, and what it died of."""

    name: str
    read: bool
    error: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended. `whole` says that it came to its end, whatever its parts died of.

    `exposed` is what it was not isolated from; `killed` the signal that ended it, or `time`;
    `result` the JSON that its function gave, and `error` what that function died of.
    """

    whole: bool
    exposed: tuple[str, ...]
    parts: tuple[PartResult, ...]
    killed: str = ""
    result: str = ""
    error: str = ""


DEFAULT_LIMITS = Limits()


def run(job: Job, limits: Limits = DEFAULT_LIMITS) -> Ended:
    """Do a job. Raises EngineError where no child could be started, or it broke down."""
    word = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="equipoise-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0 and not job.trusted:
            with suppress(OSError):  # root of a container may know of no other user
                os.chown(folder, _NOBODY, _NOBODY)
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", "-B", *([] if job.trusted else ["-S"]), "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={"TMPDIR": folder, "HOME": folder, "LANG": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(f"no sandbox could be started: {error}") from error
        with child:
            try:
                order = _order(job, limits, word, folder)
                report = _listen(child, order, limits)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
    return _ended(report, word)


def _order(job: Job, limits: Limits, word: str, folder: str) -> bytes:
    said = {
        "parts": [{"name": p.name, "source": p.source, "needed": p.needed} for p in job.parts],
        "call": {"function": job.function, "arguments": job.arguments} if job.function else None,
        "shut_in": not job.trusted,
        "needs_isolation": job.needs_isolation and not job.trusted,
        "wall_seconds": limits.wall_seconds,
        "folder": folder,
        "folder_bytes": limits.folder_bytes,
        "word": word,
        "limits": {
            "CPU": limits.cpu_seconds,
            "AS": limits.memory_bytes,
            "FSIZE": limits.folder_bytes,
            "NOFILE": limits.open_files,
            "CORE": 0,
            **({} if job.trusted else {"NPROC": limits.processes}),
        },
    }
    return json.dumps(said).encode() + b"\n"


def _listen(child: subprocess.Popen[bytes], order: bytes, limits: Limits) -> bytes:
    """Give the order and read the report, until its end, its bound or the end of the time."""
    if child.stdin is None or child.stdout is None:
        raise EngineError("the sandbox was started without its pipes")
    with suppress(BrokenPipeError):
        child.stdin.write(order)
    with suppress(BrokenPipeError):
        child.stdin.close()
    end = time.monotonic() + limits.wall_seconds + _GRACE_SECONDS
    report = b""
    while len(report) < limits.report_bytes and (left := end - time.monotonic()) > 0:
        if select.select([child.stdout], [], [], left)[0]:
            piece = os.read(child.stdout.fileno(), _CHUNK)
            if not piece:
                break
            report += piece
    return report


def _ended(report: bytes, word: str) -> Ended:
    lines = [row for line in report.split(b"\n") if (row := _row(line)) is not None]
    if not lines or "exposed" not in lines[0]:
        raise EngineError("the sandbox ended before it began; is Python's own library readable?")
    said: dict[str, Any] = {key: row[key] for row in lines for key in row}
    called = next((row for row in lines if {"result", "error"} <= row.keys()), {})
    parts = [row for row in lines if {"part", "read", "error"} <= row.keys()]
    return Ended(
        whole=said.get("end") == word,
        exposed=tuple(lines[0]["exposed"]),
        parts=tuple(
            PartResult(str(row["part"]), bool(row["read"]), str(row["error"])) for row in parts
        ),
        killed=str(said.get("killed", "")),
        result=str(called.get("result", "")),
        error=str(called.get("error", "")),
    )


def _row(line: bytes) -> dict[str, Any] | None:
    """A line of the report; None for what the job itself may have written there."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
