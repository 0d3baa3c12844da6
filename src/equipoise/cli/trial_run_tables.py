"""What a trial that was run looks like: what answers came to, the verdicts, the slices."""

from __future__ import annotations

from equipoise.cli.output import Cell, Rows, on_terminal, say, show
from equipoise.trials.runs.report import RunReport, figures, further, rate
from equipoise.trials.runs.tally import CLASSES

_NAMES = {"error": "scorer_errors", "failure": "failures"}
_ANSWERS = (
    "candidate",
    *(_NAMES.get(name, name) for name in CLASSES),
    "missing",
)
_TAKEN = ("candidate", "cached", "median_seconds", "p95_seconds", "cost_usd", "per_success_usd")
_VERDICTS = (
    "candidate",
    "verdict",
    "items",
    "accept_rate",
    "estimate",
    "low",
    "high",
    "further_items",
)
_SLICES = ("candidate", "slice", "verdict", "items", "estimate", "low", "high", "p_corrected")


def show_report(report: RunReport) -> None:
    """Show what answers came to before what follows from it, then say each verdict."""
    show(_answers(report))
    show(_taken(report))
    show(_verdicts(report))
    slices = _slices(report)
    if slices.rows:
        show(slices)
    say(f"\nBar: {report.bar}.")
    for found in report.candidates:
        say(found.sentence)
    for note in report.notes:
        say(f"Note: {note}")


def say_end(report: RunReport) -> None:
    """Say why a run ended before its end, and what is missing."""
    if report.halted:
        missing = ", ".join(f"{number:,} of {name}" for name, number in report.missing)
        say(f"\nNot finished: {report.halted}.")
        say(f"Missing answers: {missing}. What there is is kept in {report.journal}.")


def _answers(report: RunReport) -> Rows:
    rows = [
        (tally.candidate, *(str(tally.classes[name]) for name in CLASSES), str(tally.missing))
        for tally in (found.tally for found in report.candidates)
    ]
    return Rows("equipoise.trial_run.answers/1", _ANSWERS, rows)


def _taken(report: RunReport) -> Rows:
    rows = []
    for tally in (found.tally for found in report.candidates if found.tally.answered):
        figures = (tally.quantile(0.5), tally.quantile(0.95), tally.cost_usd, tally.per_success_usd)
        rows.append((tally.candidate, str(tally.cached), *map(_figure, figures)))
    return Rows("equipoise.trial_run.taken/1", _TAKEN, rows)


def _figure(value: float | None) -> Cell:
    """A number as it is to a program, and as much of it as matters to a person."""
    return f"{value:.3g}" if value is not None and on_terminal() else value


def _share(value: float | None) -> Cell:
    return f"{value:.1%}" if value is not None and on_terminal() else value


def _verdicts(report: RunReport) -> Rows:
    rows = []
    for found in report.candidates:
        more = further(found)
        items = found.pair.judged.items if found.pair is not None else None
        if found.floor is not None:
            items = found.floor.items
        rows.append(
            (
                found.tally.candidate,
                found.verdict,
                "" if items is None else str(items),
                _share(rate(found)),
                *map(_share, figures(found)),
                "" if more is None else str(more),
            )
        )
    return Rows("equipoise.trial_run.verdicts/1", _VERDICTS, rows)


def _slices(report: RunReport) -> Rows:
    rows = [
        (
            found.tally.candidate,
            row.name,
            row.verdict,
            str(row.items),
            *map(_share, (row.estimate, row.low, row.high)),
            _figure(row.p_value),
        )
        for found in report.candidates
        for row in found.slices
    ]
    return Rows("equipoise.trial_run.slices/1", _SLICES, rows)
