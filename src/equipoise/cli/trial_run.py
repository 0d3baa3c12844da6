"""`equipoise trial run`: put the items to every candidate, and judge them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import say

if TYPE_CHECKING:
    from equipoise.compose.trial_run import RunOrder
    from equipoise.trials.runs.report import RunReport

_POSITIVE = click.FloatRange(0, min_open=True)


@click.command(
    epilog="Exit code 0: it ran to its end; 3: a file needs mending; 5: a budget ended it, nobody "
    "could be judged, or what --fail-on names; 6: an endpoint gave no answer any more. A run that "
    "was stopped or killed goes on where it was, and asks again only what was under way."
)
@click.argument("file", metavar="WORKLOAD.toml", type=click.Path())
@click.option(
    "--fail-on",
    type=click.Choice(["inferior", "undecided"]),
    multiple=True,
    help="Exit with 5 where this is a verdict; below a floor is inferior, unmeasured undecided.",
)
@click.option("--budget-usd", type=_POSITIVE, help="The most that its calls may cost, in all runs.")
@click.option("--budget-minutes", type=_POSITIVE, help="The most that this run may take.")
@click.option("--items", type=click.IntRange(10), metavar="N", help="Ask so many items.")
@click.option("--full", is_flag=True, help="Ask all labelled items, not only trial.items of them.")
@click.option("--junit", type=click.Path(), metavar="FILE", help="Write JUnit XML.")
@click.option("--markdown", type=click.Path(), metavar="FILE", help="Write a Markdown table.")
@click.option("--config", type=click.Path(), help="Settings file.  [default: equipoise.toml]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: str,
    fail_on: tuple[str, ...],
    junit: str | None,
    markdown: str | None,
    as_json: bool,
    **options: object,
) -> int:
    """Put a workload's items to its candidates, and judge each.

    \b
    Example:
      equipoise trial run examples/support-triage/workload.toml

    Every answer is on the disk before it counts. The margin or floor, alpha, the stopping rule
    and the items are written down before the first call; with another of them it is another trial.
    Ctrl-C finishes the questions under way; a second one leaves them.
    """
    from equipoise.cli.trial_run_progress import spending
    from equipoise.cli.trial_run_tables import say_end, show_report
    from equipoise.compose.trial_run import run_trial_order
    from equipoise.trials.runs.record import to_values

    person = sys.stderr is not None and sys.stderr.isatty()
    order = _order(file, options)
    report = run_trial_order(order, lambda purse: spending(lambda: purse.spent_usd, person=person))
    if as_json:
        click.echo(json.dumps(to_values(report), indent=2, ensure_ascii=False))
    else:
        show_report(report)
    say_end(report)
    _write(report, fail_on, junit, markdown)
    say(f"\nNext: {_next(report, file)}")
    return _exit_code(report, fail_on)


def _order(file: str, options: dict[str, object]) -> RunOrder:
    from equipoise.compose.trial_run import RunOrder

    items, usd = options["items"], options["budget_usd"]
    minutes, config = options["budget_minutes"], options["config"]
    if items is not None and options["full"]:
        raise click.UsageError("--items and --full each say how many; give one of them.")
    return RunOrder(
        file=Path(file),
        config=Path(config) if isinstance(config, str) else None,
        asked_on=datetime.now(UTC).date(),
        items=items if isinstance(items, int) else None,
        every_item=bool(options["full"]),
        budget_usd=usd if isinstance(usd, float) else None,
        budget_minutes=minutes if isinstance(minutes, float) else None,
        notice=say,
    )


def _write(
    report: RunReport, fail_on: tuple[str, ...], junit: str | None, markdown: str | None
) -> None:
    from equipoise.trials.runs.junit import to_xml
    from equipoise.trials.runs.markdown import to_markdown

    for name, text in ((junit, to_xml(report, fail_on)), (markdown, to_markdown(report))):
        if name is not None:
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _next(report: RunReport, file: str) -> str:
    if report.halted or report.given_up:
        return "the same command again: it asks only what is missing"
    if any(found.verdict == "undecided" for found in report.judged):
        return f"equipoise trial run {file} --full, or label more items"
    if report.missing:
        return "set the keys and addresses that are missing, and run the same command again"
    return f"equipoise decide {file}, for what moving would save"


def _exit_code(report: RunReport, fail_on: tuple[str, ...]) -> ExitCode:
    from equipoise.trials.runs.report import fails, slice_fails

    if report.given_up:
        return ExitCode.PROVIDER
    measured = [found for found in report.judged if found.verdict != "unmeasured"]
    failing = any(
        fails(found.verdict, fail_on) or any(slice_fails(row, fail_on) for row in found.slices)
        for found in report.judged
    )
    return ExitCode.NOT_MET if report.halted or not measured or failing else ExitCode.OK
