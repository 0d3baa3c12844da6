"""`equipoise bill`: day one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import on_terminal, say, show

_DEFAULT_OUT = "bill"


@click.command(
    epilog="Exit code 0: the page is made; 3: an export cannot be read, and nothing is counted; "
    "4: nothing counts, or no price is known for --model."
)
@click.argument("files", metavar="FILE…", nargs=-1, type=click.Path())
@click.option("--monthly", metavar="USD", help="Without a file: what is paid a month.")
@click.option("--model", help="Without a file: the model it is paid for, such as gpt-5-mini.")
@click.option(
    "--input-share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="Share of tokens that is read, where only money is known.",
)
@click.option("--by", metavar="COLUMN", help="Group spend by a column of your own, too.")
@click.option(
    "--rate",
    "rates",
    multiple=True,
    metavar="EUR=1.08",
    help="Dollars for one unit of another currency; again for each.",
)
@click.option(
    "--engineers",
    type=click.FloatRange(0, 1000),
    default=2.0,
    show_default=True,
    help="People it takes to run models ourselves.",
)
@click.option(
    "--engineer-usd-per-year",
    type=click.FloatRange(0, min_open=True),
    default=200_000.0,
    show_default=True,
    help="What one of them costs, all in.",
)
@click.option(
    "--peak-to-mean",
    type=click.FloatRange(1, 1000),
    default=3.0,
    show_default=True,
    help="The busiest hour over the mean hour.",
)
@click.option(
    "--latency-seconds",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help="What a whole answer may take.",
)
@click.option(
    "--availability",
    type=click.FloatRange(0, 0.9999999, min_open=True),
    default=0.999,
    show_default=True,
    help="Share of time it must answer; spare machines follow from it.",
)
@click.option(
    "--out",
    default=_DEFAULT_OUT,
    show_default=True,
    help="Folder for the page, its data and the drafts.",
)
@click.option("--config", type=click.Path(), help="Settings file.  [default: equipoise.toml]")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Read as of this day: what is dated after it is set aside.  [default: today, UTC]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the page as JSON.")
def command(
    files: tuple[str, ...],
    out: str,
    as_json: bool,
    **options: object,
) -> int:
    """What is spent, and the most that could be saved.

    \b
    Example:
      equipoise bill costs.csv usage.json
      equipoise bill --monthly 40000 --model gpt-5-mini

    Reads usage and cost exports of OpenAI, Anthropic, Google, Azure, OpenRouter and LiteLLM, FOCUS
    files, request logs and a gateway's ledger, told apart by what they hold. Nothing leaves this
    machine.
    """
    from equipoise.bill.record import to_json
    from equipoise.cli.bill_order import bill_order
    from equipoise.cli.bill_tables import show_page, spend_rows
    from equipoise.cli.progress import progress
    from equipoise.compose.bill import run_bill, write_bill

    order = bill_order(files, options, datetime.now(UTC).date())
    with progress("MB") as bar:
        page = run_bill(order, bar)
    written = write_bill(page, Path(out))
    if as_json:
        click.echo(to_json(page), nl=False)
    elif on_terminal():
        show_page(page)
    else:
        show(spend_rows(page))
    say(f"\nPage    {written.html}\nData    {written.json}\n        {written.csv}")
    for draft in written.drafts:
        say(f"Draft   {draft}")
    if written.drafts:
        say(f"\nNext: equipoise decide {written.drafts[0]}")
    else:
        say("\nNext: open the page; read this again when prices or traffic change.")
    return ExitCode.OK
