"""A pair replayed as a stream: where betting would have stopped it, in one seeded order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from equipoise.statistics import SequentialDecision, Verdict
from equipoise.statistics.betting import crossing, e_values, replay
from equipoise.statistics.cluster_bets import cluster_means, whole_clusters
from equipoise.trials.outcomes.pairs import Pair

METHOD = "betting e-process, valid at every look"
SOURCE = "Waudby-Smith & Ramdas 2024, JRSS-B 86(1):1-27; Voracek & Orabona 2025, arXiv 2505.22422"
ITEMS, CLUSTERS = "mean over items", "mean over clusters"
_VERDICTS = {
    SequentialDecision.GOOD: Verdict.NON_INFERIOR,
    SequentialDecision.BAD: Verdict.INFERIOR,
    SequentialDecision.UNDECIDED: Verdict.UNDECIDED,
}


@dataclass(frozen=True, slots=True)
class EValues:
    """Evidence that a candidate is no worse by the margin, that it is better, that it is worse."""

    non_inferior: float
    superior: float
    inferior: float


@dataclass(frozen=True, slots=True)
class Stream:
    """Where the stream stopped, in items, None where it ran to its end undecided.

    `stopped_at` is the item at which the verdict was shown: a superior candidate was shown to be
    non-inferior at `non_inferior_at`, and superior by bets of their own at `superior_at`, which go
    on until then. `e_for` and `e_against` are the e-values where the margin was decided;
    `e_superior` that of being better where it was shown, or else at the end, as is
    `e_superior_at_end` in any case. `unit` is what was bet on in turn, `target` the mean that the
    verdict is of, `method` how it was bet on.
    """

    verdict: Verdict
    stopped_at: int | None
    items: int
    every: int
    seed: int
    e_for: float
    e_against: float
    e_superior: float
    unit: str
    non_inferior_at: int | None
    superior_at: int | None
    e_superior_at_end: float
    target: str
    method: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a stream is looked at, in which order it comes, and what bounds its clusters.

    `largest_cluster` is the number of items that no cluster can exceed, None where none was stated.
    """

    every: int
    seed: int
    largest_cluster: int | None = None


@dataclass(frozen=True, slots=True)
class _Bets:
    """What is bet on in turn: against the margin, against no difference, and items of each."""

    values: list[float]
    better: list[float]
    sizes: list[int]


def play(pair: Pair, margin: float, alpha: float, rhythm: Rhythm) -> Stream:
    """Replay the items, or clusters one by one, in an order drawn from the seed.

    A look comes after each `every` items, or clusters. Raises ValueError as `betting.replay`, and
    for a cluster larger than the largest possible.
    """
    bets = _bets(pair, margin, rhythm.seed, rhythm.largest_cluster)
    found = replay(np.asarray([bets.values]), margin, alpha, rhythm.every)
    through = [0, *accumulate(bets.sizes)]
    stopped = through[found.stopped_at[0]] or None
    verdict = _VERDICTS[found.decisions[0]]
    looks, e_superior, at_end = crossing(np.asarray(bets.better), 0.0, alpha, rhythm.every)
    non_inferior_at = stopped if verdict is Verdict.NON_INFERIOR else None
    superior_at = None
    if non_inferior_at is not None and looks:
        # Asked only once non-inferiority is proven: before that it may not be claimed.
        superior_at = max(through[looks], non_inferior_at)
        verdict, stopped = Verdict.SUPERIOR, superior_at
    return Stream(
        verdict,
        stopped,
        len(pair.items),
        rhythm.every,
        rhythm.seed,
        found.evidence_for[0],
        found.evidence_against[0],
        e_superior,
        "cluster" if _in_clusters(pair) else "item",
        non_inferior_at,
        superior_at,
        at_end,
        *described(pair, rhythm.largest_cluster),
    )


def described(pair: Pair, largest: int | None) -> tuple[str, str]:
    """Which mean a replay speaks of, and by which bets."""
    weights = "" if pair.weights is None else ", weights left out"
    if not _in_clusters(pair):
        return f"{ITEMS}{weights}", METHOD
    if largest is None:
        return f"{CLUSTERS}{weights}", f"{METHOD}, on the mean of each cluster"
    how = f"on whole clusters of {largest} items at most"
    return f"{ITEMS}{weights}", f"{METHOD}, {how}"


def final_e_values(
    pairs: Sequence[Pair], margin: float, alpha: float, seed: int, largest: int | None = None
) -> list[EValues]:
    """The e-values of every pair after all of its items; they grow on after 1/alpha.

    Streams of one length are played at once, in orders drawn from `seed`.
    """
    by_length: dict[int, list[int]] = {}
    streams = [_bets(pair, margin, seed, largest) for pair in pairs]
    for place, stream in enumerate(streams):
        by_length.setdefault(len(stream.values), []).append(place)
    found: dict[int, EValues] = {}
    for places in by_length.values():
        values = np.asarray([streams[place].values for place in places])
        better = np.asarray([streams[place].better for place in places])
        columns = e_values(values, better, margin, alpha)
        found.update(zip(places, map(EValues, *columns), strict=True))
    return [found[place] for place in range(len(pairs))]


def _in_clusters(pair: Pair) -> bool:
    # Clusters that happen to be of one item each are clusters all the same: others may come.
    return pair.clustered or pair.clusters is not None


def _bets(pair: Pair, margin: float, seed: int, largest: int | None) -> _Bets:
    """What is bet on, in a shuffled order."""
    values = better = pair.differences
    sizes = [1] * len(values)
    if _in_clusters(pair):
        names = pair.clusters or pair.items
        if largest is None:
            values, sizes = cluster_means(pair.differences, names)
            better = values
        else:
            values, sizes = whole_clusters(pair.differences, names, margin, largest)
            better, _ = whole_clusters(pair.differences, names, 0.0, largest)
    order = np.random.default_rng(seed).permutation(len(values)).tolist()
    values, better = ([column[k] for k in order] for column in (values, better))
    return _Bets(values, better, [sizes[k] for k in order])
