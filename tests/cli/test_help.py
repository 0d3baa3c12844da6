"""Every command says what it does, with an example that works."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.compose.command import run

from equipoise.cli.main import cli


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as the words that call it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


ALL = list(commands(cli))


def example(text: str) -> str:
    """The example that a help text shows."""
    _, _, rest = text.partition("Example:\n")
    line = rest.splitlines()[0].strip()
    assert line.startswith("equipoise "), text
    return line


def test_the_commands_are_the_documented_ones() -> None:
    assert {path[0] for path in ALL if path} == {
        "bill",
        "decide",
        "cost",
        "up",
        "doctor",
        "catalog",
        "engine",
        "ledger",
        "trial",
    }
    assert {path[1] for path in ALL if len(path) == 2} == {
        "bench",
        "estimate",
        "explore",
        "export",
        "hardware",
        "import",
        "init",
        "label",
        "licence",
        "license",
        "models",
        "price",
        "run",
        "summary",
        "verdict",
    }


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_begins_with_what_it_does_and_an_example(
    path: tuple[str, ...], tmp_path: Path
) -> None:
    done = run(tmp_path, *path, "--help")
    usage, sentence, *rest = (part for part in done.stdout.split("\n\n") if part.strip())

    assert (done.returncode, done.stderr) == (0, "")
    assert usage.startswith("Usage: ")
    assert sentence.strip().endswith(".")
    assert rest[0].lstrip().startswith("Example:\n")
    assert example(done.stdout).split()[1 : len(path) + 1] == [
        "licence" if word == "license" else word for word in path
    ]


@pytest.mark.parametrize(
    "path", [path for path in ALL if path[:1] == ("catalog",)] + [("doctor",)], ids=" ".join
)
def test_an_example_that_needs_no_file_works_and_names_what_to_do_next(
    path: tuple[str, ...], tmp_path: Path
) -> None:
    words = shlex.split(example(run(tmp_path, *path, "--help").stdout))
    done = run(tmp_path, *words[1:])

    assert done.returncode == 0, done.stderr
    assert "\nNext: " in done.stderr


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")

    assert done.stdout == "equipoise, version 0.1.0\n"
