"""A judged pair as sentences: the verdict, what would decide it, what was left out."""

from __future__ import annotations

from collections import Counter
from math import isinf

from equipoise.statistics import Interval, Verdict
from equipoise.trials.outcomes.judging import Judged
from equipoise.trials.outcomes.pairs import Pair
from equipoise.trials.outcomes.stream import CLUSTERS, ITEMS, Stream

_FEW_CLUSTERS = 100
"""With fewer, a kind that makes up three in a hundred of them may well be missing."""
_FEW_EFFECTIVE = 20.0
_FOUND = {
    Verdict.SUPERIOR: "{candidate} is superior to {incumbent}, and so non-inferior too, at",
    Verdict.NON_INFERIOR: "{candidate} is non-inferior to {incumbent} at",
    Verdict.INFERIOR: "{candidate} is inferior to {incumbent} at",
    Verdict.UNDECIDED: "Undecided whether {candidate} is non-inferior to {incumbent} at",
}
NAMES = {verdict: verdict.value.replace("_", "-") for verdict in Verdict}


def points(share: float, digits: int = 1) -> str:
    """A difference of shares in points of a hundred, with its sign."""
    if isinf(share):
        return "∞" if share > 0 else "−∞"
    return f"{share * 100:+.{digits}f}".replace("-", "−")


def between(interval: Interval) -> str:
    """Both ends of a difference of shares, in points."""
    return f"{points(interval.low)} to {points(interval.high)}"


def sentence(judged: Judged, margin: float) -> str:
    """The verdict in one sentence, and where it is undecided what would decide it."""
    verdict = judged.judgement.verdict
    names = {"candidate": judged.candidate, "incumbent": judged.incumbent}
    interval = judged.decision
    said = (
        f"{_FOUND[verdict].format(**names)} a margin of {margin * 100:g} points: "
        f"{points(interval.estimate)} points "
        f"({interval.level * 100:g} % interval {between(interval)}) "
        f"on {_count(judged.items, 'item')}"
    )
    return f"{said}; {_needed(judged)}." if verdict is Verdict.UNDECIDED else f"{said}."


def left_out(pair: Pair) -> list[str]:
    """Notes on what of both models could not be compared."""
    notes = []
    for name, alone in (
        (pair.candidate, pair.only_candidate),
        (pair.incumbent, pair.only_incumbent),
    ):
        if alone:
            notes.append(f"{_count(alone, 'item')} left out: only {name} has a score for them.")
    for name, rows in (
        (pair.candidate, pair.unmeasured_candidate),
        (pair.incumbent, pair.unmeasured_incumbent),
    ):
        if rows:
            notes.append(f"{_count(rows, 'row')} of {name} without a score: unmeasured, not 0.")
    if len(pair.items) == 1:
        notes.append("One item can decide nothing.")
    return notes


def caveats(pair: Pair, largest_cluster: int | None) -> list[str]:
    """Notes on what weights and clusters mean for the verdict, and on what they cannot show."""
    notes = []
    if pair.weights is not None:
        notes.append("Items count by their weight in the verdict and in its slices, nowhere else.")
    if not pair.clustered:
        return notes
    sizes = Counter(pair.clusters or pair.items).values()
    effective = len(pair.items) ** 2 / sum(size * size for size in sizes)
    if len(sizes) < _FEW_CLUSTERS:
        rare = max(1, round(len(sizes) / 3))
        notes.append(
            f"{_count(len(sizes), 'cluster')}: a kind of cluster rarer than 1 in {rare} may well "
            "not be among them, and no interval speaks of what was not seen."
        )
    if effective < min(_FEW_EFFECTIVE, 0.8 * len(sizes)):
        notes.append(
            f"A few clusters hold most of the items: {_count(len(sizes), 'cluster')} are worth "
            f"{effective:.1f} of one size."
        )
    if largest_cluster is not None and max(sizes) <= largest_cluster / 2:
        notes.append(
            f"No cluster has more than {_count(max(sizes), 'item')}, where {largest_cluster:,} "
            "are possible: the interval says nothing of larger ones."
        )
    return notes


def stopped(stream: Stream, alpha: float) -> str:
    """Where the stream stopped, in a sentence."""
    counted = f"of {_count(stream.items, 'item')} in the order of seed {stream.seed}"
    unit = f", betting on whole clusters, {counted}" if stream.unit == "cluster" else f", {counted}"
    target = "" if stream.target == ITEMS else f" That is of the {stream.target}.{_which(stream)}"
    if stream.stopped_at is None:
        return (
            f"Betting decides nothing{unit}: e-values {stream.e_for:.3g} for and "
            f"{stream.e_against:.3g} against, where 1/alpha is {1 / alpha:g}.{target}"
        )
    evidence, first = stream.e_for, ""
    if stream.verdict is Verdict.INFERIOR:
        evidence = stream.e_against
    elif stream.verdict is Verdict.SUPERIOR:
        evidence = stream.e_superior
        first = f"; non-inferior from item {stream.non_inferior_at} on"
    return (
        f"Betting stops at item {stream.stopped_at}{unit}: "
        f"{NAMES[stream.verdict]}, with an e-value of {evidence:.3g}{first}.{target}"
    )


def _which(stream: Stream) -> str:
    """What would make the stream speak of items."""
    if not stream.target.startswith(CLUSTERS):
        return ""
    return (
        " Without a bound on their size, known beforehand, nothing valid can be said so of the "
        "mean over items: --largest-cluster N states one."
    )


def fresh(judged: Judged) -> int | None:
    """How many items a fresh sample needs to prove what the estimate points to, None if unknown."""
    further = judged.needed.non_inferior
    if further is None:
        further = judged.needed.inferior
    return None if further is None else judged.items + further


def _needed(judged: Judged) -> str:
    total = fresh(judged)
    if total is None:
        return (
            "the estimate lies on the margin or nothing is known: no number of items can be named"
        )
    sample = f"a sample of about {_count(total, 'item')}"
    if judged.needed.non_inferior is not None:
        return (
            f"{sample} would prove it with a power of 80 % if "
            f"{points(judged.decision.estimate)} points is the truth"
        )
    return (
        "never non-inferior at this margin if that is the truth; "
        f"{sample} would prove it inferior with a power of 80 %"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
