"""What `equipoise ledger` prints: sums with exact dollars, and what an import came to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

import click

from equipoise.cli.output import Rows, on_terminal, say, show
from equipoise.compose.log_import import Destination, Imported
from equipoise.domain.money import Money
from equipoise.domain.ports import SummaryRow
from equipoise.trials.imports.call import Mark
from equipoise.trials.imports.traffic import draft

# A file that is no log at all has as many bad lines as lines; JSON lists them all.
_BAD_LINES_SHOWN = 20

_COUNTS = (
    "requests",
    "failed",
    "attempts",
    "failed_attempts",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
)
# Eleven columns do not fit a terminal of eighty, which would break numbers in two.
_ON_TERMINAL = ("requests", "failed", "input_tokens", "output_tokens", "cost_usd", "estimated_usd")
_MARKS = {
    Mark.NO_USAGE: "have no count of tokens, such as a stream without usage",
    Mark.NO_CONVERSATION: "have no conversation, such as a batch's output without its input",
    Mark.BEYOND_TEXT: "hold tools or media, and count by their tokens only",
}


def dollars(pico: int) -> str:
    """Exact dollars, every digit written out and none more: `0.0000004`, `12`, `1234.5`."""
    return f"{Money(pico).dollars:f}"


def show_summary(
    by: Sequence[str],
    rows: Sequence[SummaryRow],
    totals: Sequence[SummaryRow],
    *,
    as_json: bool,
) -> None:
    """Print groups and their total, which counts a request once that several targets tried.

    A terminal shows the columns that fit it.
    """
    total = totals[0] if totals else SummaryRow((), *(0,) * 9)
    if as_json:
        value = {
            "schema": "equipoise.ledger.summary/1",
            "by": list(by),
            "rows": [{**dict(zip(by, row.values, strict=True)), **_numbers(row)} for row in rows],
            "total": _numbers(total),
        }
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
        return
    columns = _ON_TERMINAL if on_terminal() else tuple(_numbers(total))
    labelled = [(row.values, _numbers(row)) for row in rows]
    labelled.append((("total", *[""] * (len(by) - 1)), _numbers(total)))
    cells = [(*values, *(str(row[name]) for name in columns)) for values, row in labelled]
    show(Rows("equipoise.ledger.summary/1", (*by, *columns), cells))


def show_import(found: Imported, *, as_json: bool) -> None:
    """Print the draft of a workload's volume, which is TOML; or everything as JSON."""
    if not as_json:
        click.echo(draft(found.traffic), nl=False)
        return
    measured = found.traffic
    value = {
        "schema": "equipoise.ledger.import/1",
        "lines": found.logs.lines,
        "calls": len(found.logs.calls),
        "inputs": found.logs.inputs,
        "formats": dict(found.logs.formats),
        "repeated": found.repeated,
        "written": found.written,
        "known": found.known,
        "marks": {mark.value: count for mark, count in _marked(found)},
        "cost_usd": dollars(found.cost_pico),
        "estimated_usd": dollars(found.estimated_pico),
        "unpriced": dict(found.unpriced),
        "volume": {
            **asdict(measured),
            "first": _iso(measured.first),
            "last": _iso(measured.last),
            "requests_per_month": measured.requests_per_month,
            "peak_to_mean": measured.peak_to_mean,
        },
        "problems": [asdict(problem) for problem in found.logs.problems],
    }
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say_import(found: Imported, destination: Destination | None) -> None:
    """Say what became of every line, what the calls cost, and the next step."""
    for problem in found.logs.problems[:_BAD_LINES_SHOWN]:
        say(str(problem))
    more = len(found.logs.problems) - _BAD_LINES_SHOWN
    if more > 0:
        say(f"… and {more} more; --json lists them all")
    say("\n".join(_words(found)))
    if destination is None:
        say("\nNothing was written. Next: the same command with --workload NAME")
    else:
        say(f"{found.written} written for {destination.workload}, {found.known} were there already")
        say("\nNext: equipoise ledger summary --by workload,target")


def _words(found: Imported) -> Iterator[str]:
    logs = found.logs
    yield (
        f"{logs.lines} lines: {len(logs.calls)} calls, {logs.inputs} inputs of a batch, "
        f"{len(logs.problems)} that are neither"
    )
    if found.repeated:
        yield f"{found.repeated} of the calls stand there twice and count once"
    for mark, count in _marked(found):
        yield f"{count} {_MARKS[mark]}"
    estimated = f", of which ${dollars(found.estimated_pico)} is estimated"
    yield f"${dollars(found.cost_pico)}{estimated if found.estimated_pico else ''}"
    for model, count in found.unpriced.items():
        yield f"{count} of {model} have no price in the catalog, or no tokens, and count as $0"


def _marked(found: Imported) -> list[tuple[Mark, int]]:
    counts = [(mark, sum(mark in call.marks for call in found.logs.calls)) for mark in Mark]
    return [(mark, count) for mark, count in counts if count]


def _numbers(row: SummaryRow) -> dict[str, int | str]:
    counts: dict[str, int | str] = {name: getattr(row, name) for name in _COUNTS}
    counts["cost_usd"] = dollars(row.cost_pico)
    counts["estimated_usd"] = dollars(row.estimated_pico)
    return counts


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
