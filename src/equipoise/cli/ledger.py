"""`equipoise ledger`: what was asked and what it cost; records out, and other programs' logs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import click

from equipoise.cli.output import json_option, say

if TYPE_CHECKING:
    from equipoise.config.settings import Settings
    from equipoise.domain.ports import Ledger
    from equipoise.domain.record import Record

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _ledger_options(command: _Command) -> _Command:
    command = click.option("--config", help="Settings file.  [default: equipoise.toml]")(command)
    return click.option("--ledger", "url", help="Ledger URL.  [default: the settings file's]")(
        command
    )


@click.group()
def command() -> None:
    """What was asked, and what it cost: sum up, export, import.

    \b
    Example:
      equipoise ledger summary --by workload,target
    """


@command.command()
@click.option(
    "--by",
    default="workload",
    show_default=True,
    help="Columns to group by: any of workload, target, model, day, dialect, outcome.",
)
@_ledger_options
@json_option
def summary(by: str, url: str | None, config: str | None, as_json: bool) -> None:
    """Sum requests, tokens and exact dollars up.

    \b
    Example:
      equipoise ledger summary --by workload,day
    """
    from equipoise.cli.ledger_tables import show_summary
    from equipoise.compose.ledgers import read_ledger
    from equipoise.ledger.rows import check_grouping

    columns = tuple(dict.fromkeys(name.strip() for name in by.split(",")))
    try:
        check_grouping(columns)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--by") from error
    with read_ledger(_settings(config), url) as ledger:
        rows, totals = ledger.summary(columns), ledger.summary(())
    show_summary(columns, rows, totals, as_json=as_json)
    say("\nNext: equipoise ledger export records.jsonl")


@command.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "parquet"]),
    help="Format.  [default: parquet where FILE ends so, else jsonl]",
)
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@_ledger_options
@json_option
def export(
    file: str, kind: str | None, force: bool, url: str | None, config: str | None, as_json: bool
) -> None:
    """Write every record into a file: JSON lines, or Parquet with a row an attempt.

    \b
    Example:
      equipoise ledger export records.jsonl
    """
    from equipoise.cli.output import Rows, show
    from equipoise.compose.ledgers import read_ledger

    path = Path(file)
    kind = kind or ("parquet" if path.suffix == ".parquet" else "jsonl")
    _refuse_existing(path, force)
    with read_ledger(_settings(config), url) as ledger:
        count = _write(ledger, path, kind, force)
    counted = count if as_json else str(count)
    headers = ("file", "format", "records")
    show(Rows("equipoise.ledger.export/1", headers, [(file, kind, counted)]), as_json=as_json)
    say("\nNext: equipoise ledger summary")


@command.command(
    name="import",
    epilog='A line is {"request": {…}, "response": {…}}, with the bodies of OpenAI\'s chat '
    "completions or Anthropic's messages, or one of OpenAI's batch files. Importing a log again "
    "adds nothing.",
)
@click.argument("files", metavar="FILE.jsonl…", nargs=-1, required=True, type=click.Path())
@click.option("--workload", help="Write the calls into the ledger, as this workload's.")
@_ledger_options
@json_option
def import_(
    files: tuple[str, ...],
    workload: str | None,
    url: str | None,
    config: str | None,
    as_json: bool,
) -> int:
    """Read other programs' logs: into the ledger, and as a draft of a workload's volume.

    \b
    Example:
      equipoise ledger import calls.jsonl --workload triage

    Without --workload nothing is written: the log is read, priced and summed up.
    """
    from equipoise.cli.exit_codes import ExitCode
    from equipoise.cli.ledger_tables import say_import, show_import
    from equipoise.compose.log_import import Destination, import_logs

    if workload is not None and not workload.strip():
        raise click.BadParameter("a workload has a name", param_hint="--workload")
    destination = Destination(workload, url) if workload is not None else None
    today = datetime.now(UTC).date()
    found = import_logs(tuple(map(Path, files)), _settings(config), destination, today)
    say_import(found, destination)
    if not found.logs.calls and not as_json:
        say("equipoise: nothing found: no line of it is a call that was answered")
        return ExitCode.NOT_FOUND
    show_import(found, as_json=as_json)
    return ExitCode.OK if found.logs.calls else ExitCode.NOT_FOUND


def _settings(config: str | None) -> Settings:
    from equipoise.config.settings import load_settings

    return load_settings(Path(config) if config is not None else None)


def _refuse_existing(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise click.BadParameter(
            f"{path} is there already; give another name, or --force", param_hint="FILE"
        )


def _write(ledger: Ledger, path: Path, kind: str, force: bool) -> int:
    """Write the records beside `path` and put the whole file into its place."""
    from equipoise.ledger.export import to_jsonl, to_parquet

    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for record in ledger.records():
            count += 1
            yield record

    with TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        whole = Path(folder) / "whole"
        if kind == "parquet":
            to_parquet(counted(), whole)
        else:
            with whole.open("wb") as file:
                to_jsonl(counted(), file)
        # Somebody else may have made the file meanwhile.
        _refuse_existing(path, force)
        whole.replace(path)
    return count
