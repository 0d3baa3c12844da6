"""`equipoise cost`: what each candidate costs, of a workload file or of a few flags."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from equipoise.cli.cost_estimate import estimate
from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import json_option, on_terminal, say, show

if TYPE_CHECKING:
    from equipoise.decisions.costing.page import CostPage

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FILE = "WORKLOAD.toml"
"""The name of the command that a file's name stands for; no list shows it."""


class CostGroup(click.Group):
    """A group whose first word is a command, or else a workload file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it; options before the file are the file's."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = [_FILE, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that have a name of their own."""
        return [name for name in super().list_commands(ctx) if name != _FILE]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A word that is no command is a file; one that looks like neither is a usage error."""
        named = self.list_commands(ctx)
        word = args[0]
        if word in named:
            return super().resolve_command(ctx, args)
        if not Path(word).suffix and not Path(word).exists():
            close = difflib.get_close_matches(word, named, 1, 0.5)
            advice = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command or workload file {word!r}.{advice}")
        return _FILE, self.commands[_FILE], args[1:] if word == _FILE else args


def _page_options(command: _Command) -> _Command:
    for option in (
        json_option,
        click.option(
            "--date",
            "day",
            type=click.DateTime(["%Y-%m-%d"]),
            help="Price as of this day.  [default: today, UTC]",
        ),
        click.option("--config", type=click.Path(), help="Settings file.  [equipoise.toml]"),
        click.option("--chart", metavar="FILE", help="Draw the crossover: .svg or .png."),
        click.option("--why", metavar="NAME", help="Show where a figure comes from."),
    ):
        command = option(command)
    return command


@click.group(
    cls=CostGroup,
    subcommand_metavar="WORKLOAD.toml [OPTIONS] | explore [OPTIONS] | estimate [OPTIONS]",
    epilog="Exit code 0: there are prices; 3: a file or a figure needs mending; 4: no candidate "
    "has a price, or no figure has this name. The options of the first form: "
    "equipoise cost WORKLOAD.toml --help.",
)
def command() -> None:
    """What each candidate costs, and where they cross over.

    \b
    Example:
      equipoise cost examples/support-triage/workload.toml

    Asks nobody anything and judges no quality. Of a draft the file states the lengths; otherwise
    the trial's journal says what it holds, and the embedded model's tokenizer counts.
    """


command.add_command(estimate)


@command.command(name=_FILE)
@click.argument("file", metavar="", required=False, type=click.Path())  # the command's name says it
@_page_options
def of_file(file: str | None, **options: Any) -> int:
    """What each candidate of a workload file costs.

    \b
    Example:
      equipoise cost examples/support-triage/workload.toml
    """
    from equipoise.compose.cost import run_cost

    if file is None:
        raise click.UsageError("Name a workload file; or use explore, with flags in its place.")
    page = run_cost(Path(file), _config(options), _day(options))
    return _show(page, options, f"equipoise decide {file}")


@command.command(name="explore")
@click.option("--model", help="An open model of the catalog, run by ourselves.")
@click.option("--hardware", help="The machine it runs on, such as h100x4.")
@click.option("--against", multiple=True, metavar="TARGET", help="What is in use, or could be.")
@click.option("--hosted", multiple=True, metavar="TARGET", help="The same weights at a vendor.")
@click.option("--requests-per-month", type=int, required=True, help="The mean month.")
@click.option("--input-tokens", type=float, required=True, help="The mean request.")
@click.option("--output-tokens", type=float, required=True, help="The mean answer.")
@click.option(
    "--shared-tokens",
    type=float,
    default=0.0,
    show_default=True,
    help="The prefix that every request repeats.",
)
@click.option(
    "--peak-to-mean", type=float, default=3.0, show_default=True, help="Busiest hour over mean."
)
@click.option(
    "--latency-seconds", type=float, default=30.0, show_default=True, help="For a whole answer."
)
@click.option("--availability", type=float, default=0.999, show_default=True, help="Share of time.")
@click.option(
    "--engineers", type=float, default=2.0, show_default=True, help="People to run our own."
)
@click.option(
    "--engineer-usd-per-year",
    type=float,
    default=200_000.0,
    show_default=True,
    help="What one of them costs, all in.",
)
@click.option("--usd-per-hour", type=float, help="Your own rent.  [default: the catalog's]")
@click.option(
    "--procurement",
    type=click.Choice(["on_demand", "reserved", "spot", "leased", "bought"]),
    default="on_demand",
    show_default=True,
    help="How our own machines are had.",
)
@click.option(
    "--egress-gb-per-request",
    type=float,
    default=0.0,
    show_default=True,
    help="Gigabytes that leave our own data centre for one answer.",
)
@click.option(
    "--figure",
    "figures",
    multiple=True,
    metavar="NAME=VALUE",
    help="Your own figure for one of the catalog's ranges, such as build_months=2.",
)
@_page_options
def explore(**options: Any) -> int:
    """What if: the same page from flags, without a file.

    \b
    Example:
      equipoise cost explore --model llama-3.1-8b-instruct --hardware l4 \\
        --against openai/gpt-4.1-mini --requests-per-month 1000000 \\
        --input-tokens 1200 --output-tokens 300
    """
    from dataclasses import fields

    from equipoise.compose.cost import Exploration
    from equipoise.compose.cost import explore as price

    if (options["model"] is None) != (options["hardware"] is None):
        raise click.UsageError("--model and --hardware go together: what runs, and where.")
    if options["model"] is None and not options["against"] and not options["hosted"]:
        raise click.UsageError("Name a --model with its --hardware, or a target with --against.")
    options["figures"] = tuple(_figure(text) for text in options["figures"])
    asked = Exploration(**{field.name: options[field.name] for field in fields(Exploration)})
    page = price(asked, _config(options), _day(options))
    return _show(
        page, options, "write these figures into a draft, and run equipoise decide draft.toml"
    )


def _figure(text: str) -> tuple[str, float]:
    """A figure of our own from the command line; raises BadParameter."""
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--figure") from None


def _config(options: dict[str, Any]) -> Path | None:
    return Path(options["config"]) if options["config"] is not None else None


def _day(options: dict[str, Any]) -> Any:
    return (options["day"] or datetime.now(UTC)).date()


def _show(page: CostPage, options: dict[str, Any], following: str) -> int:
    """Print the page, or where one figure comes from; raises NotFoundError."""
    from equipoise.cli.cost_tables import cost_rows, show_page
    from equipoise.cli.cost_why import why
    from equipoise.decisions.costing.record import to_json

    chart, name, as_json = options["chart"], options["why"], options["as_json"]
    if chart is not None:
        _draw(page, Path(chart))
    if name is not None:
        why(page, name, as_json=as_json)
    elif as_json:
        click.echo(to_json(page), nl=False)
    elif on_terminal():
        show_page(page)
    else:
        show(cost_rows(page))
    if chart is not None:
        say(f"\nChart   {chart}")
    say(f"\nNext: {following}")
    priced = any(row.monthly_usd is not None for row in page.candidates)
    return ExitCode.OK if priced else ExitCode.NOT_FOUND


def _draw(page: CostPage, file: Path) -> None:
    """Write the crossover chart as its name's ending says; raises NotFoundError without curves."""
    from equipoise.console.charts.draw import png
    from equipoise.console.cost_figure import drawn
    from equipoise.errors import NotFoundError

    if file.suffix not in {".svg", ".png"}:
        raise click.BadParameter(f"{file} ends neither in .svg nor .png", param_hint="--chart")
    svg = drawn(page)
    if svg is None:
        raise NotFoundError("there is nothing to draw: no candidate has a price above nothing")
    file.write_bytes(png(svg) if file.suffix == ".png" else svg.encode("utf-8"))
