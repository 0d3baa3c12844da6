"""`equipoise decide`: the main job."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import on_terminal, say, show
from equipoise.domain.decision import Decision

_NOTHING_LEFT = "nothing is left to measure: add a candidate, or ask less of them"


@click.command(
    epilog="Exit code 0: every workload is decided; 5: at least one is undecided; 3: a file needs "
    "mending. A run that was stopped goes on where it was."
)
@click.argument("files", metavar="WORKLOAD.toml…", nargs=-1, required=True, type=click.Path())
@click.option("--full", is_flag=True, help="Ask all labelled items, not only trial.items of them.")
@click.option("--out", default="decisions", show_default=True, help="Folder for the records.")
@click.option("--config", type=click.Path(), help="Settings file.  [default: equipoise.toml]")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Decide as of this day: prices, terms and expiry follow it, but nothing is asked that "
    "today's terms do not allow.  [default: today, UTC]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the decision record.")
def command(
    files: tuple[str, ...],
    full: bool,
    out: str,
    config: str | None,
    day: datetime | None,
    as_json: bool,
) -> int:
    """Decide which path serves each workload best.

    \b
    Example:
      equipoise decide examples/clinic-notes/workload.toml

    Puts the labelled items to every candidate that can be reached and may see the data, prices
    all of them, screens licences and terms, and writes a decision record and a report. A draft,
    which states the lengths of its requests in place of items, is priced, and nothing is asked.
    """
    from equipoise.cli.progress import progress
    from equipoise.cli.verdict import show_verdict, verdict_rows
    from equipoise.compose.decide import Order, run_decide, write
    from equipoise.decisions.record import to_json
    from equipoise.domain.decision import PlanKind

    now = datetime.now(UTC)
    order = Order(
        files=tuple(map(Path, files)),
        out=Path(out),
        config=Path(config) if config is not None else None,
        today=(day or now).date(),
        asked_on=now.date(),
        every_item=full,
        notice=say,
    )
    with progress() as bar:
        portfolio = run_decide(order, bar)
    written = write(portfolio, order.out)
    if as_json:
        click.echo(to_json(portfolio), nl=False)
    elif on_terminal():
        for decision in portfolio.decisions:
            show_verdict(decision)
    else:
        show(verdict_rows(portfolio))
    say(f"\nRecord  {written.json}\n        {written.markdown}\nReport  {written.html}")
    for policy in written.policies:
        say(f"Policy  {policy}")
    undecided = [d for d in portfolio.decisions if d.plan.kind is PlanKind.UNDECIDED]
    _say_next(undecided)
    return ExitCode.NOT_MET if undecided else ExitCode.OK


def _say_next(undecided: list[Decision]) -> None:
    for decision in undecided:
        step = decision.next_measurement
        commands = step.commands if step is not None else (_NOTHING_LEFT,)
        say("\n  ".join([f"\nNext, for {decision.workload}:", *commands]))
    if not undecided:
        say("\nNext: read the report, and decide again when a tripwire is crossed.")
