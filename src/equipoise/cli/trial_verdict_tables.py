"""What a verdict looks like: a sentence, a table of figures, a table of slices or of pairs."""

from __future__ import annotations

from equipoise.cli.output import Cell, Rows, on_terminal, say, show
from equipoise.statistics import Interval, Verdict
from equipoise.trials.outcomes.all_pairs import Rule
from equipoise.trials.outcomes.costs import CostComparison, LatencyComparison
from equipoise.trials.outcomes.judging import Judged, Needed
from equipoise.trials.outcomes.stream import SOURCE
from equipoise.trials.outcomes.verdict import PairVerdict, Report
from equipoise.trials.outcomes.words import NAMES, between, points, sentence, stopped

_PAIRS = (
    "candidate",
    "incumbent",
    "verdict",
    "items",
    "candidate_rate",
    "incumbent_rate",
    "difference",
    "low",
    "high",
    "p_corrected",
    "further_items",
)


def say_notes(report: Report) -> None:
    """Say what was taken as what, and what was left out."""
    for note in report.notes:
        say(f"Note: {note}")
    if report.single is None:
        rule = report.order.rule
        say(
            f"{len(report.rows)} pairs at a margin of {rule.margin * 100:g} points, one-sided "
            f"alpha {rule.alpha:g}, corrected for their number by {_CORRECTIONS[rule.correction]}."
        )


_CORRECTIONS = {
    "holm": "Holm (any false claim of a kind: at most alpha)",
    "e-bh": "e-BH (of the claims of a kind, at most alpha are false on average)",
    "none": "nothing: some claims are false where there are many",
}


def show_single(found: PairVerdict, rule: Rule) -> None:
    """Show one pair: its figures to a program, its sentence and figures to a person."""
    judged = found.judged
    said = sentence(judged, rule.margin)
    rows: list[tuple[Cell, Cell]] = [("verdict", NAMES[judged.judgement.verdict])]
    rows += _rates(judged)
    rows += _tests(judged, rule)
    rows += _costs(found.costs) + _latency(found.latency)
    show(Rows("equipoise.trial.verdict/1", ("what", "value"), rows))
    if found.slices:
        show(_slices(found))
    say(f"\n{said}")
    if found.stream is not None:
        say(stopped(found.stream, rule.alpha))
        say(f"Method: {found.stream.method} ({SOURCE}).")
    if judged.judgement.verdict is Verdict.UNDECIDED and on_terminal():
        say("Undecided is an answer: the items cannot tell, and the tool does not guess.")


def show_pairs(report: Report) -> None:
    """Show many pairs, the best claims first."""
    rows: list[tuple[Cell, ...]] = []
    for row in report.rows:
        judged = row.alone
        undecided = judged.judgement.verdict is Verdict.UNDECIDED
        rows.append(
            (
                judged.candidate,
                judged.incumbent,
                NAMES[row.corrected.verdict],
                str(judged.items),
                *judged.rates,
                judged.decision.estimate,
                judged.decision.low,
                judged.decision.high,
                row.corrected.p_non_inferior,
                _further_of(row.alone) if undecided else "",
            )
        )
    show(Rows("equipoise.trial.verdict.pairs/1", _PAIRS, rows))


def _further_of(judged: Judged) -> str:
    if judged.needed == Needed(None, None):
        return "unknown"
    further = judged.needed.non_inferior
    return "never" if further is None else str(further)


def _rates(judged: Judged) -> list[tuple[Cell, Cell]]:
    ours, theirs = judged.rates
    rows: list[tuple[Cell, Cell]] = [("items", f"{judged.items:,}")]
    if judged.clusters is not None:
        rows.append(("clusters", f"{judged.clusters:,}"))
        rows.append(("design effect", f"{judged.design_effect:.2f}"))
    rows += [(judged.candidate, f"{ours:.1%}"), (judged.incumbent, f"{theirs:.1%}")]
    if judged.counts is not None:
        rows.append((f"only {judged.candidate} passed", str(judged.counts.only_candidate)))
        rows.append((f"only {judged.incumbent} passed", str(judged.counts.only_incumbent)))
    return rows


def _tests(judged: Judged, rule: Rule) -> list[tuple[Cell, Cell]]:
    difference = judged.decision
    rows: list[tuple[Cell, Cell]] = [
        ("difference", f"{points(difference.estimate, 2)} points"),
        ("90 % interval", f"{between(judged.at_90)} points"),
        ("95 % interval", f"{between(judged.at_95)} points"),
    ]
    if abs(difference.level - 0.9) > 1e-9:
        level = f"{difference.level * 100:g} % interval, which decides"
        rows.append((level, f"{between(difference)} points"))
    found = judged.judgement
    rows += [
        (f"p, worse by {rule.margin * 100:g} points or more", _p(found.p_non_inferior)),
        ("p, no better", _p(found.p_superior)),
        ("p, no difference (two-sided)", _p(judged.p_different)),
    ]
    if found.verdict is Verdict.UNDECIDED:
        needed = judged.needed
        rows += [
            (f"items of a fresh sample to prove it {word}", _sample(judged, further))
            for word, further in (
                ("non-inferior", needed.non_inferior),
                ("inferior", needed.inferior),
            )
        ]
    return [*rows, ("method", judged.method), ("source", judged.source)]


def _costs(costs: CostComparison | None) -> list[tuple[Cell, Cell]]:
    if costs is None:
        return []
    rows: list[tuple[Cell, Cell]] = [
        ("cost per success, candidate", f"{costs.candidate:.6g}"),
        ("cost per success, incumbent", f"{costs.incumbent:.6g}"),
    ]
    if costs.ratio is not None:
        rows.append(("ratio of the two", _ratio(costs.ratio)))
    return [*rows, ("items with both costs", f"{costs.items:,}")]


def _latency(latency: LatencyComparison | None) -> list[tuple[Cell, Cell]]:
    if latency is None:
        return []
    rows: list[tuple[Cell, Cell]] = []
    if latency.ratio is not None:
        rows.append(("time taken, candidate / incumbent", _ratio(latency.ratio)))
    difference = latency.p95
    return [
        *rows,
        ("p95, candidate", f"{latency.candidate_p95:.3g} s"),
        ("p95, incumbent", f"{latency.incumbent_p95:.3g} s"),
        (
            "difference of p95",
            f"{difference.estimate:+.3g} s (95 %: {difference.low:+.3g} to {difference.high:+.3g})",
        ),
        ("items with both times", f"{latency.items:,}"),
    ]


def _slices(found: PairVerdict) -> Rows:
    headers = ("slice", "verdict", "items", "difference", "low", "high", "p_corrected")
    rows = [
        (
            row.name,
            NAMES[row.corrected.verdict],
            str(row.alone.items),
            row.alone.decision.estimate,
            row.alone.decision.low,
            row.alone.decision.high,
            row.corrected.p_non_inferior,
        )
        for row in found.slices
    ]
    return Rows("equipoise.trial.verdict.slices/1", headers, rows)


def _ratio(ratio: Interval) -> str:
    return f"{ratio.estimate:.3g} (95 %: {ratio.low:.3g} to {ratio.high:.3g})"


def _p(value: float) -> str:
    return "below 0.0001" if value < 0.0001 else f"{value:.4f}"


def _sample(judged: Judged, further: int | None) -> str:
    if judged.needed == Needed(None, None):
        return "no number can be named"
    if further is None:
        return "never, if the difference is what it seems"
    return f"about {judged.items + further:,}"
