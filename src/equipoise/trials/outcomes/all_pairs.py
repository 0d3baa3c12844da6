"""Many pairs of one table judged together, so that many looks do not become many false claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from equipoise.statistics import Verdict, e_benjamini_hochberg, holm
from equipoise.statistics.comparison import Judgement, judged
from equipoise.trials.outcomes.judging import Judged, correct, judge_pair
from equipoise.trials.outcomes.pairs import Pair
from equipoise.trials.outcomes.stream import EValues, final_e_values

_ORDER = (Verdict.SUPERIOR, Verdict.NON_INFERIOR, Verdict.UNDECIDED, Verdict.INFERIOR)


@dataclass(frozen=True, slots=True)
class Rule:
    """At which margin and alpha many pairs are judged, by which correction, in which order."""

    margin: float
    alpha: float
    correction: str
    seed: int


@dataclass(frozen=True, slots=True)
class Row:
    """A pair among many: judged alone, and with all others in mind (`corrected`).

    `e_values` are there where the correction rests on them.
    """

    alone: Judged
    corrected: Judgement
    e_values: EValues | None


def judge_all(pairs: Sequence[Pair], rule: Rule, largest_cluster: int | None = None) -> list[Row]:
    """Judge every pair and correct for their number; the best claims first, then the difference.

    `largest_cluster` is what e-values of clusters rest on, as `stream.Rhythm` says.
    """
    alone = [judge_pair(pair, rule.margin, rule.alpha, rule.seed) for pair in pairs]
    evidence: Sequence[EValues | None] = [None] * len(pairs)
    if rule.correction == "e-bh":
        evidence = final_e_values(pairs, rule.margin, rule.alpha, rule.seed, largest_cluster)
    corrected = CORRECTIONS[rule.correction](alone, evidence, rule.alpha)
    rows = [Row(*row) for row in zip(alone, corrected, evidence, strict=True)]
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[int, float, str, str]:
    difference = row.alone.decision.estimate
    verdict = row.corrected.verdict
    return _ORDER.index(verdict), -difference, row.alone.candidate, row.alone.incumbent


def _holm(
    alone: Sequence[Judged], _evidence: Sequence[EValues | None], alpha: float
) -> list[Judgement]:
    return correct(alone, alpha, holm)


def _none(
    alone: Sequence[Judged], _evidence: Sequence[EValues | None], _alpha: float
) -> list[Judgement]:
    return [row.judgement for row in alone]


def _e_bh(
    _alone: Sequence[Judged], evidence: Sequence[EValues | None], alpha: float
) -> list[Judgement]:
    known = [values for values in evidence if values is not None]
    claims = (
        e_benjamini_hochberg([values.non_inferior for values in known], alpha),
        e_benjamini_hochberg([values.superior for values in known], alpha),
        e_benjamini_hochberg([values.inferior for values in known], alpha),
    )
    verdicts = [judged(_as_p_values(claimed), 0.5).verdict for claimed in zip(*claims, strict=True)]
    return [
        Judgement(verdict, *(min(1.0, 1.0 / e) if e > 0.0 else 1.0 for e in _triple(values)))
        for verdict, values in zip(verdicts, known, strict=True)
    ]


def _as_p_values(claimed: tuple[bool, bool, bool]) -> tuple[float, float, float]:
    non_inferior, superior, inferior = (0.0 if claim else 1.0 for claim in claimed)
    return non_inferior, superior, inferior


def _triple(values: EValues) -> tuple[float, float, float]:
    return values.non_inferior, values.superior, values.inferior


CORRECTIONS: dict[
    str, Callable[[Sequence[Judged], Sequence[EValues | None], float], list[Judgement]]
] = {"holm": _holm, "e-bh": _e_bh, "none": _none}
"""Holm: alpha at most for any false claim of a kind. e-BH: a share of alpha at most is false."""
