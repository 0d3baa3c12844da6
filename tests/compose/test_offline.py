"""The main job where there is no network at all: no route, no name server, only the loopback."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from tests.compose.command import run
from tests.compose.outcome import Outcome
from tests.compose.triage import ITEMS, answers, write_lone

# The first needs to be root; the second needs user namespaces to be allowed.
WAYS = (["--net"], ["--user", "--map-root-user", "--net"])
LOOPBACK = 'ip link set lo up && test -z "$(ip route)" && exec "$@"'


@pytest.fixture(scope="module")
def without_network(
    debian_program: Callable[[str, str], str], absent: Callable[[str], NoReturn]
) -> list[str]:
    """The command that runs another one in a network namespace of its own."""
    unshare = debian_program("unshare", "util-linux")
    debian_program("ip", "iproute2")
    for way in WAYS:
        alone = [unshare, *way, "sh", "-c", LOOPBACK, "sh"]
        if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0:
            return alone
    return absent("network namespaces are not permitted here")


def test_the_main_job_needs_no_network(
    decided: Outcome, without_network: list[str], tmp_path: Path
) -> None:
    write_lone(tmp_path)
    done = run(tmp_path, "decide", "triage.toml", "--json", before=without_network)

    assert done.returncode == 5, done.stderr
    (workload,) = json.loads(done.stdout)["workloads"]
    assert workload["candidates"][0]["items"] == len(answers(tmp_path)) == ITEMS


def test_there_is_no_network_there(without_network: list[str]) -> None:
    # The control: what the main job did without was really gone.
    python = shutil.which("python3") or ""
    dial = "import socket; socket.create_connection(('192.0.2.1', 443), 1)"
    done = subprocess.run(
        [*without_network, python, "-c", dial], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "Network is unreachable" in done.stderr
