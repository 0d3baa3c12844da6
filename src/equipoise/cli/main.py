"""The entry point: a table of commands, and the boundary where errors become words and codes."""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import traceback

import click

from equipoise.cli.exit_codes import ExitCode, exit_code
from equipoise.errors import ConfigurationError, EquipoiseError

COMMANDS: dict[str, tuple[str, str]] = {
    "bill": ("equipoise.cli.bill", "Day one: what is spent, and the most that could be saved."),
    "decide": ("equipoise.cli.decide", "The main job: trial, cost, licence, terms → a decision."),
    "trial": ("equipoise.cli.trial", "Are the candidates good enough, on your own items."),
    "cost": ("equipoise.cli.cost", "What each candidate costs, and where they cross over."),
    "up": ("equipoise.cli.up", "Run the gateway and the console on the embedded open model."),
    "doctor": ("equipoise.cli.doctor", "Check this installation and the embedded model."),
    "catalog": ("equipoise.cli.catalog", "The dated facts: models, prices, licences, hardware."),
    "engine": ("equipoise.cli.engine", "Endpoints under load: measure, or import a report."),
    "ledger": ("equipoise.cli.ledger", "What was asked and what it cost: sum up, export, import."),
}
"""Command to the module that holds it and its line of help: `--help` imports none of them."""


class LazyGroup(click.Group):
    """Imports a command when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown name is answered with the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, 1, 0.5)
            advice = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="equipoise", prog_name="equipoise")
def cli() -> None:
    """Measure whether an open model, a commercial API or a mix serves a workload best.

    \b
    Example:
      equipoise decide examples/clinic-notes/workload.toml
    """


def main() -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot write an arrow, or a file's name that is no text, is no fault.
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run()
    except BrokenPipeError:
        # The reader of our words has gone; there is nobody left to tell. Click does the same for
        # what a command prints.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                os.dup2(nowhere, stream.fileno())
        return ExitCode.FAILED


def _run() -> int:
    try:
        return int(cli.main(standalone_mode=False) or ExitCode.OK)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("\nStopped. Run the same command to go on where it was.", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        if _wants_json():
            _say("usage", error.format_message(), "Try it with --help.")
        else:
            error.show()
        return ExitCode.USAGE
    except EquipoiseError as error:
        problems = error.problems if isinstance(error, ConfigurationError) else ()
        _say(error.kind, error.message, error.hint, tuple(map(str, problems)))
        return exit_code(error)
    except BrokenPipeError:
        raise
    except OSError as error:  # a disk that is full, a file that may not be read: no fault of ours
        _trace()
        named = f"{error.filename}: " if error.filename else ""
        _say("system", f"{named}{error.strerror or error}")
        return ExitCode.FAILED
    except Exception as error:  # the process boundary: see errors.BOUNDARIES
        _trace()
        _say(
            "fault",
            f"a fault of its own: {type(error).__name__}: {error}",
            "Run it again with EQUIPOISE_DEBUG=1 to see where, and report it.",
        )
        return ExitCode.FAILED


def _wants_json() -> bool:
    # An error may come before the options were parsed, so they are looked for here.
    return "--json" in sys.argv[1:]


def _trace() -> None:
    if os.environ.get("EQUIPOISE_DEBUG"):
        traceback.print_exc()


def _say(kind: str, message: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
    """Put an error into words on stderr, or as JSON on stdout where that was asked for."""
    if _wants_json():
        error = {"kind": kind, "message": message, "hint": hint, "problems": problems}
        click.echo(json.dumps({"error": error}))
        return
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"equipoise: {message}", err=True)
    if hint:
        click.echo(hint, err=True)


if __name__ == "__main__":
    sys.exit(main())
