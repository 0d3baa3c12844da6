"""The documentation says what the code does: commands, keys, codes, terms and links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from equipoise.catalog.models import models
from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.main import COMMANDS, cli
from equipoise.config.reference import PAGES, with_tables
from equipoise.domain.terms import REQUIRED_OF_VENDORS
from equipoise.trials.scorers import SCORERS

ROOT = Path(__file__).parents[2]
PAGES_OF_PROSE = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("src/**/*.md")]
)
COMMAND_LINE = re.compile(r"^ +(equipoise [^#\n]+?)(?:  +.*)?$", re.MULTILINE)


def command_lines() -> list[tuple[str, str]]:
    return [
        (page.relative_to(ROOT).as_posix(), line.strip())
        for page in PAGES_OF_PROSE
        for line in COMMAND_LINE.findall(page.read_text(encoding="utf-8"))
        if "[" not in line and "…" not in line
    ]


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_every_command_shown_is_one_that_is_taken(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    context = click.Context(cli, info_name="equipoise")
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, found, words = command.resolve_command(context, words)
        assert found is not None, f"{page}: {line}"
        command, context = found, click.Context(found, info_name=name, parent=context)
    if words in (["--help"], ["--version"]):
        return
    command.make_context(context.info_name, words)


@pytest.mark.parametrize(
    ("page", "target"),
    [
        (page.relative_to(ROOT).as_posix(), target)
        for page in PAGES_OF_PROSE
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
        if not target.startswith("http")
    ],
)
def test_every_link_leads_somewhere(page: str, target: str) -> None:
    assert (ROOT / page).parent.joinpath(target).exists()


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_keys_are_what_the_schema_says(page: str) -> None:
    text = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")

    assert with_tables(text, PAGES[page]) == text, "run `make docs`"


def test_every_command_has_its_section() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")

    assert all(f"## equipoise {name}\n" in text for name in COMMANDS)


def test_every_option_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        leaves = command.commands.values() if isinstance(command, click.Group) else [command]
        for leaf in leaves:
            for option in (p for p in leaf.params if isinstance(p, click.Option)):
                assert any(spelling in text for spelling in option.opts), option.opts


def test_the_exit_codes_are_those_of_the_enumeration() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    section = text.partition("## Exit codes")[2]

    assert [int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)] == list(
        ExitCode
    )


def test_the_terms_of_each_data_class_are_those_the_screen_asks_for() -> None:
    text = (ROOT / "docs/how-to/put-an-agreement-on-file.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", text, re.MULTILINE)
    shown = {name: tuple(re.findall(r"`(\w+)`", terms)) for name, terms in rows if name != "data"}

    assert shown == {name.value: terms for name, terms in REQUIRED_OF_VENDORS.items()}


def test_every_scorer_and_capability_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/workload-file.md").read_text(encoding="utf-8")
    capabilities = {name for model in models() for name in model.capabilities}

    assert all(f"`{name}`" in text for name in {*SCORERS, *capabilities})


def test_every_room_is_in_the_story_of_the_house() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in (ROOT / "src/equipoise").glob("*/__init__.py")]

    assert rooms
    assert all(f"`{room}/`" in text for room in rooms)


def test_the_readme_says_what_the_embedded_model_is_not() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    assert "installation check, not evidence about open models" in text
    assert "## What it is not, and when not to use it" in text
