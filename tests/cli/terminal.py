"""The command as a person sees it: on a pseudo-terminal of the system."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from pathlib import Path

from tests.compose.command import COMMAND, SECONDS, environment

ROWS, COLUMNS = 50, 120
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(folder: Path, *arguments: str, stream: str, **more: str) -> tuple[int, str, str]:
    """Run `equipoise` with one of its streams on a terminal, the other one on a pipe.

    Returns the exit code, what the terminal was given, and what came over the pipe.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: theirs}
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(folder, **more),
        stdout=streams["stdout"],
        stderr=streams["stderr"],
    ) as running:
        os.close(theirs)
        seen = _read_to_the_end(ours)
        piped = running.stderr if stream == "stdout" else running.stdout
        assert piped is not None
        words = piped.read().decode()
    return running.returncode, seen.replace("\r\n", "\n"), words


def plain(seen: str) -> str:
    """What a terminal shows, without its colours and movements."""
    return ESCAPE.sub("", seen)


def _read_to_the_end(terminal: int) -> str:
    content = b""
    deadline = time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline and (piece := os.read(terminal, 65_536)):
            content += piece
    except OSError:  # how Linux says that nobody holds the other end any more
        pass
    finally:
        os.close(terminal)
    return content.decode()
