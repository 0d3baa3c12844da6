"""`equipoise trial verdict`: what outcomes that exist say of two models, or of all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import say

if TYPE_CHECKING:
    from equipoise.trials.outcomes.judging import Judged
    from equipoise.trials.outcomes.verdict import Report

_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command(
    epilog="Exit code 0: there is a verdict, inferior too, or a table of many; 3: the outcomes "
    "need mending, and every bad row is named; 4: no such model; 5: undecided, or what --fail-on "
    "names."
)
@click.option("--outcomes", "file", required=True, metavar="FILE", help="CSV, JSON lines, Parquet.")
@click.option("--candidate", "candidates", multiple=True, help="Model that may replace the other.")
@click.option("--incumbent", "incumbents", multiple=True, help="Model it is held against.")
@click.option(
    "--margin",
    type=_SHARE,
    required=True,
    help="How much worse still counts as no worse: 0.05 is five points.",
)
@click.option(
    "--alpha",
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Chance of a wrong claim, one-sided.",
)
@click.option("--sequential", is_flag=True, help="Replay the items as a stream that may stop.")
@click.option("--every", type=click.IntRange(1), metavar="N", help="Look every N items.  [1]")
@click.option(
    "--largest-cluster",
    type=click.IntRange(1),
    metavar="N",
    help="Items that no cluster can exceed, known beforehand; bets on clusters rest on it.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--all-pairs", is_flag=True, help="A table of every candidate on every incumbent.")
@click.option(
    "--correct",
    "correction",
    type=click.Choice(["holm", "e-bh", "none"]),
    default="holm",
    show_default=True,
    help="For the number of pairs, or of slices.",
)
@click.option("--score-range", metavar="LOW:HIGH", help="Of the scores.  [default: 0:1]")
@click.option(
    "--column", "columns", multiple=True, metavar="ROLE=NAME", help="Which column is what."
)
@click.option("--wide", is_flag=True, help="The file has a column a model and a row an item.")
@click.option(
    "--model", "models", multiple=True, help="A column that is a model, with --wide; again for all."
)
@click.option(
    "--fail-on",
    type=click.Choice(["inferior", "undecided"]),
    multiple=True,
    help="Exit with 5 where this is a verdict.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(fail_on: tuple[str, ...], as_json: bool, **options: object) -> int:
    """Judge a candidate against an incumbent on outcomes you have.

    \b
    Example:
      equipoise trial verdict --outcomes outcomes.csv --candidate A --incumbent B --margin 0.05

    The file has a row for each item and model: item, model, score, and where you have them cost,
    latency_s or latency_ms, slice, cluster, weight, repeat. Choose the margin before you look.
    """
    from equipoise.cli.trial_verdict_order import verdict_order
    from equipoise.cli.trial_verdict_tables import say_notes, show_pairs, show_single
    from equipoise.trials.outcomes.record import to_values
    from equipoise.trials.outcomes.verdict import make_verdict

    report = make_verdict(verdict_order(options))
    say_notes(report)
    if as_json:
        click.echo(json.dumps(to_values(report), indent=2, ensure_ascii=False))
    elif report.single is None:
        show_pairs(report)
    else:
        show_single(report.single, report.order.rule)
    say(f"\nNext: {_next(report)}")
    return _exit_code(report, fail_on)


def _next(report: Report) -> str:
    """What to do with the answer."""
    from equipoise.statistics import Verdict

    if report.single is None:
        return "equipoise trial verdict with one --candidate and one --incumbent of the table"
    verdict = report.single.judged.judgement.verdict
    if verdict is Verdict.UNDECIDED:
        return _undecided(report.single.judged)
    if verdict is Verdict.INFERIOR:
        return "try another candidate: equipoise trial verdict --all-pairs"
    return "equipoise cost explore, for what moving would save"


def _undecided(judged: Judged) -> str:
    """How to go on without claiming too often what is not so."""
    from equipoise.trials.outcomes.words import fresh

    items = fresh(judged)
    sample = "a fresh sample" if items is None else f"a fresh sample of about {items:,} items"
    return (
        f"{sample}, judged once, at the same margin; or, for a sample that may grow, equipoise "
        'trial run with stopping = "betting", as --sequential replays it: betting holds at '
        "whichever item one stops. Adding items to these until a test of fixed size passes would "
        "claim what is not so several times as often as alpha allows"
    )


def _exit_code(report: Report, fail_on: tuple[str, ...]) -> ExitCode:
    found = {verdict.value for verdict in report.verdicts}
    watched = set(fail_on) | ({"undecided"} if report.single is not None else set())
    return ExitCode.NOT_MET if found & watched else ExitCode.OK
