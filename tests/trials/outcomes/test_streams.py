"""Outcomes replayed as a stream: where betting stops it, and what clusters may claim."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.trials.outcomes.tables import order, pairs_of, problems_of, write

from equipoise.statistics import Verdict
from equipoise.trials.outcomes.all_pairs import Rule
from equipoise.trials.outcomes.pairs import Pair
from equipoise.trials.outcomes.stream import Rhythm, play
from equipoise.trials.outcomes.table import Answer
from equipoise.trials.outcomes.verdict import PairVerdict, VerdictOrder, make_verdict
from equipoise.trials.outcomes.words import stopped


def single(asked: VerdictOrder) -> PairVerdict:
    found = make_verdict(asked).single
    assert found is not None
    return found


def test_the_stream_stops_where_betting_has_won_and_repeats_by_its_seed(tmp_path: Path) -> None:
    path = write(tmp_path, *pairs_of(20, 120, 260))
    found, again, other = (
        single(order(path, rule=Rule(0.05, 0.05, "holm", seed), every=every)).stream
        for seed, every in ((1, 1), (1, 1), (2, 25))
    )

    assert found is not None
    assert other is not None
    assert found == again
    assert found.verdict is Verdict.INFERIOR
    assert found.stopped_at is not None
    assert found.stopped_at < 200
    assert found.e_against >= 20.0
    assert other.stopped_at is not None
    assert other.stopped_at % 25 == 0
    assert f"stops at item {found.stopped_at}, of 400 items" in stopped(found, 0.05)


def test_a_stream_may_end_undecided_or_superior_and_bets_on_whole_clusters(tmp_path: Path) -> None:
    rows = [f"{row},c{int(row.split(',')[0][1:]) // 5}" for row in pairs_of(20, 21, 59)[1:]]
    path = write(tmp_path, "item,model,score,cluster", *rows)
    open_ = single(order(path, every=1)).stream
    better = single(order(write(tmp_path, *pairs_of(120, 10, 270)), every=1)).stream

    assert open_ is not None
    assert (open_.verdict, open_.stopped_at, open_.unit) == (Verdict.UNDECIDED, None, "cluster")
    assert "whole clusters" in stopped(open_, 0.05)
    assert better is not None
    assert better.verdict is Verdict.SUPERIOR
    assert better.e_superior >= 20.0


def test_a_stream_is_superior_only_from_where_its_own_bets_show_it(tmp_path: Path) -> None:
    path = write(tmp_path, *pairs_of(70, 30, 300))
    shown = single(order(path, every=1)).stream
    hardly = single(order(write(tmp_path, *pairs_of(45, 41, 700)), every=1)).stream

    assert shown is not None
    assert shown.verdict is Verdict.SUPERIOR
    assert shown.non_inferior_at is not None
    assert shown.superior_at == shown.stopped_at
    assert shown.stopped_at is not None
    assert shown.stopped_at > shown.non_inferior_at
    assert shown.e_superior >= 20.0
    assert f"non-inferior from item {shown.non_inferior_at} on" in stopped(shown, 0.05)
    assert hardly is not None
    assert (hardly.verdict, hardly.superior_at) == (Verdict.NON_INFERIOR, None)
    assert hardly.stopped_at == hardly.non_inferior_at
    assert hardly.e_superior < 20.0


def test_superiority_is_claimed_falsely_no_more_often_than_alpha() -> None:
    random = np.random.default_rng(11)
    false = 0
    for seed in range(300):
        scores = random.choice([1.0, -1.0, 0.0], 300, p=[0.1, 0.1, 0.8])
        ours = tuple(Answer(max(0.0, value), 1, None, None) for value in scores)
        theirs = tuple(Answer(max(0.0, -value), 1, None, None) for value in scores)
        items = tuple(map(str, range(300)))
        stream = play(Pair("a", "b", items, ours, theirs, None, None), 0.2, 0.05, Rhythm(1, seed))
        false += stream.verdict is Verdict.SUPERIOR

    assert false / 300 <= 0.06


def clustered(folder: Path, sizes: list[int]) -> Path:
    random = np.random.default_rng(2)
    rows, item = [], 0
    for cluster, size in enumerate(sizes):
        for _ in range(size):
            ours, theirs = random.random() < 0.7, random.random() < 0.6
            rows += [f"q{item},a,{int(ours)},c{cluster}", f"q{item},b,{int(theirs)},c{cluster}"]
            item += 1
    return write(folder, "item,model,score,cluster", *rows)


def test_clusters_are_bet_on_by_their_means_unless_their_size_is_bounded(tmp_path: Path) -> None:
    path = clustered(tmp_path, [1, 2, 5] * 60)
    means = single(order(path, every=1)).stream
    whole = single(order(path, every=1, largest=8)).stream

    assert means is not None
    assert whole is not None
    assert (means.target, whole.target) == ("mean over clusters", "mean over items")
    assert means.method.endswith("on the mean of each cluster")
    assert whole.method.endswith("on whole clusters of 8 items at most")
    assert "That is of the mean over clusters." in stopped(means, 0.05)
    assert "--largest-cluster N" in stopped(means, 0.05)
    assert "mean over" not in stopped(whole, 0.05)


def test_clusters_of_one_item_each_are_bet_on_as_clusters(tmp_path: Path) -> None:
    stream = single(order(clustered(tmp_path, [1] * 40), every=1)).stream

    assert stream is not None
    assert (stream.unit, stream.target) == ("cluster", "mean over clusters")


def test_a_cluster_larger_than_was_said_possible_is_named(tmp_path: Path) -> None:
    path = clustered(tmp_path, [1, 4, 9])

    assert problems_of(order(path, largest=8)) == ["outcomes.csv: cluster: c2 has 9 items, over 8."]


def test_what_few_clusters_cannot_show_is_noted(tmp_path: Path) -> None:
    few = make_verdict(order(clustered(tmp_path, [1] * 57 + [20, 20, 20]))).notes
    many = make_verdict(order(clustered(tmp_path, [3] * 120), largest=50)).notes

    assert any(note.startswith("60 clusters: a kind of cluster rarer than 1 in 20") for note in few)
    assert any("60 clusters are worth 10.9 of one size." in note for note in few)
    assert many == (
        (
            "No cluster has more than 3 items, where 50 are possible: the interval says nothing of "
            "larger ones."
        ),
    )
