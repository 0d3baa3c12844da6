"""A report as a Markdown table, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from equipoise.trials.runs.report import RunReport, rate
from equipoise.trials.runs.verdicts import BAD, OPEN, CandidateVerdict

_HEADERS = ("candidate", "verdict", "accepted", "items", "not right in form or content", "p95",
            "per success")  # fmt: skip
_SPECIAL = str.maketrans({"|": "\\|", "\n": " ", "\r": " ", "<": "&lt;", ">": "&gt;"})


def to_markdown(report: RunReport) -> str:
    """A heading, a table of candidates, a sentence each, and the slices that there are."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: RunReport) -> Iterator[str]:
    yield f"### Trial of {_cell(report.workload.title)}"
    yield ""
    yield f"{len(report.plan.order):,} items; bar: {_cell(report.bar)}."
    yield ""
    yield from _table(_HEADERS, [_row(found) for found in report.candidates])
    yield ""
    yield from (f"- {_cell(found.sentence)}" for found in report.candidates)
    yield from (f"- {_cell(note)}" for note in report.notes)
    if report.halted:
        yield f"- **Not finished:** {_cell(report.halted)}."
    slices = [
        (found.tally.candidate, row.name, _word(row.verdict), f"{row.items:,}", f"{row.low:+.1%}",
         f"{row.high:+.1%}")
        for found in report.candidates
        for row in found.slices
    ]  # fmt: skip
    if slices:
        yield ""
        yield from _table(("candidate", "slice", "verdict (Holm)", "items", "low", "high"), slices)
    yield ""
    yield f"<sub>plan `{report.plan.digest[:12]}`, {report.spent_usd:.4f} USD</sub>"


def _row(found: CandidateVerdict) -> tuple[str, ...]:
    tally, share = found.tally, rate(found)
    faults = ", ".join(
        f"{tally.classes[name]:,} {word}"
        for name, word in (
            ("wrong", "wrong"),
            ("malformed", "malformed"),
            ("refused", "refused"),
            ("failure", "unanswered"),
            ("error", "scorer errors"),
        )
        if tally.classes[name]
    )
    p95, price = tally.quantile(0.95), tally.per_success_usd
    return (
        tally.candidate,
        _word(found.verdict),
        "" if share is None else f"{share:.1%}",
        f"{tally.classes.total():,}",
        faults,
        "" if p95 is None else f"{p95:.2f} s",
        "" if price is None else f"{price:.2g} USD",
    )


def _word(verdict: str) -> str:
    mark = "❌ " if verdict in BAD else "❔ " if verdict in OPEN else "✅ "
    return f"{'' if verdict == 'incumbent' else mark}{verdict}"


def _table(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headers)} |"
    yield f"|{'---|' * len(headers)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    return text.translate(_SPECIAL)
