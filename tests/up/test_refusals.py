"""What keeps `equipoise up` from running is said before anything runs."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.compose.command import run
from tests.up.running import free_ports, write_settings

from equipoise.compose.up import address


def test_a_port_that_is_taken_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    _, console = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        write_settings(tmp_path, port := taken.getsockname()[1], console)
        done = run(tmp_path, "up")

    assert done.returncode == 3
    assert f"the gateway cannot listen at 127.0.0.1:{port}: another program does" in done.stderr
    assert "Write another host or port under [gateway]." in done.stderr
    assert "answers" not in done.stderr


def test_two_parts_cannot_have_one_port(tmp_path: Path) -> None:
    port, _ = free_ports()
    write_settings(tmp_path, port, port)
    done = run(tmp_path, "up")

    assert done.returncode == 3
    assert f"the console cannot listen at 127.0.0.1:{port}" in done.stderr


def test_a_port_that_nobody_would_know_is_refused(tmp_path: Path) -> None:
    write_settings(tmp_path, 0, free_ports()[1])
    done = run(tmp_path, "up")

    assert done.returncode == 3
    assert "a free port would be known to nobody" in done.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[gatway]\n", "Did you mean 'gateway'?"),
        ('[models.chat]\ntargets = ["nowhere/gpt-5-mini"]\n', "no endpoint 'nowhere'"),
        ('[models.chat]\npolicy = "absent.json"\n', "cannot be read"),
        ('[ledger]\nurl = "mysql://host"\n', "no ledger can be kept there"),
        ('[ledger]\nurl = "memory:"\n', "would see nothing of it"),
    ],
)
def test_settings_that_lead_nowhere_are_told_before_anything_runs(
    tmp_path: Path, more: str, said: str
) -> None:
    write_settings(tmp_path, *free_ports(), more)
    done = run(tmp_path, "up")

    assert done.returncode == 3
    assert said in done.stderr
    assert "answers" not in done.stderr


def test_a_settings_file_that_is_absent_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "up", "--config", "absent.toml")

    assert done.returncode == 3
    assert "absent.toml" in done.stderr


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0" + ".0" * 3, "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("gateway.internal", "http://gateway.internal:80"),
    ],
)
def test_the_address_said_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert address(host, 80) == url
