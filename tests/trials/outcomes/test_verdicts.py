"""Verdicts on small tables: what is paired, judged, corrected, needed, costed and replayed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.trials.outcomes.tables import RULE, order, pairs_of, problems_of, write

from equipoise.errors import NotFoundError
from equipoise.statistics import PairedCounts, Verdict, holm, tango
from equipoise.trials.outcomes.all_pairs import CORRECTIONS, Rule
from equipoise.trials.outcomes.judging import Judged
from equipoise.trials.outcomes.record import to_values
from equipoise.trials.outcomes.verdict import PairVerdict, Report, VerdictOrder, make_verdict
from equipoise.trials.outcomes.words import points, sentence


def single(asked: VerdictOrder) -> PairVerdict:
    found = make_verdict(asked).single
    assert found is not None
    return found


def judged(folder: Path, better: int, worse: int, alike: int, rule: Rule = RULE) -> Judged:
    path = write(folder, *pairs_of(better, worse, alike))
    return single(order(path, rule=rule)).judged


def random_rows(models: dict[str, float], items: int, more: str = "") -> list[str]:
    random = np.random.default_rng(3)
    hard = random.random(items)
    return [
        f"q{k},{name},{int(hard[k] * 0.5 + random.random() * 0.5 < rate)}{more.format(k=k)}"
        for k in range(items)
        for name, rate in models.items()
    ]


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((40, 10, 150), Verdict.SUPERIOR),
        ((12, 11, 377), Verdict.NON_INFERIOR),
        ((10, 60, 130), Verdict.INFERIOR),
        ((15, 16, 69), Verdict.UNDECIDED),
    ],
)
def test_each_verdict_is_reached(
    counts: tuple[int, int, int], verdict: Verdict, tmp_path: Path
) -> None:
    found = judged(tmp_path, *counts)
    better, worse, alike = counts
    plain = tango(PairedCounts(alike, better, worse, 0), 0.9)

    assert found.judgement.verdict is verdict
    assert found.at_90 == found.decision == plain
    assert found.counts == PairedCounts(alike, better, worse, 0)
    assert found.rates[0] - found.rates[1] == pytest.approx(found.decision.estimate)


def test_the_interval_that_decides_follows_alpha(tmp_path: Path) -> None:
    found = judged(tmp_path, 15, 16, 69, Rule(0.05, 0.01, "holm", 1))

    assert found.decision.level == pytest.approx(0.98)
    assert found.at_95.level == 0.95


def test_undecided_says_how_many_more_items_would_prove_it(tmp_path: Path) -> None:
    found = judged(tmp_path, 15, 16, 69)
    variance = 0.31 - 0.01**2

    assert found.needed.non_inferior == pytest.approx(
        variance * (1.6449 + 0.8416) ** 2 / 0.04**2 - 100, abs=2
    )
    assert found.needed.inferior is None
    assert "a sample of about 1,19" in sentence(found, 0.05)
    assert sentence(found, 0.05).startswith(
        "Undecided whether a is non-inferior to b at a margin of 5 points: −1.0 points"
    )


def test_on_the_wrong_side_of_the_margin_it_never_will(tmp_path: Path) -> None:
    found = judged(tmp_path, 10, 18, 72)

    assert found.needed.non_inferior is None
    assert found.needed.inferior is not None
    assert "never non-inferior at this margin" in sentence(found, 0.05)
    total = found.needed.inferior + 100
    assert f"a sample of about {total:,} items would prove it inferior" in sentence(found, 0.05)


def test_exactly_on_the_margin_no_number_can_be_named(tmp_path: Path) -> None:
    found = judged(tmp_path, 5, 10, 85)

    assert (found.needed.non_inferior, found.needed.inferior) == (None, None)
    assert "no number of items can be named" in sentence(found, 0.05)


def test_where_the_formula_would_have_had_enough_the_test_still_asks_for_more(
    tmp_path: Path,
) -> None:
    found = judged(tmp_path, 0, 1, 79)

    assert found.judgement.verdict is Verdict.UNDECIDED
    assert found.needed.non_inferior is not None
    assert 1 <= found.needed.non_inferior < 160


def test_what_decided_needs_nothing_more(tmp_path: Path) -> None:
    found = judged(tmp_path, 40, 10, 150)

    assert (found.needed.non_inferior, found.needed.inferior) == (0, 0)


def test_items_that_only_one_answered_are_left_out_and_said(tmp_path: Path) -> None:
    lines = [*pairs_of(12, 11, 377), "x1,a,1", "x2,a,1", "x3,b,0", "x4,a,", "x4,b,0"]
    report = make_verdict(order(write(tmp_path, *lines)))

    assert report.single is not None
    assert report.single.judged.items == 400
    assert report.notes == (
        "2 items left out: only a has a score for them.",
        "2 items left out: only b has a score for them.",
        "1 row of a without a score: unmeasured, not 0.",
    )


def test_one_item_and_one_cluster_can_decide_nothing(tmp_path: Path) -> None:
    lines = ["item,model,score,cluster", "q1,a,1,x", "q1,b,0,x"]
    one = make_verdict(order(write(tmp_path, *lines)))
    cluster = make_verdict(order(write(tmp_path, *lines, "q2,a,1,x", "q2,b,0,x")))

    assert "One item can decide nothing." in one.notes
    for report, what in ((one, "one item"), (cluster, "one cluster")):
        assert report.single is not None
        found = report.single.judged
        assert found.judgement.verdict is Verdict.UNDECIDED
        assert (found.decision.low, found.decision.high) == (-1.0, 1.0)
        assert found.method == f"none: there is only {what}"
        assert "no number of items" in sentence(found, 0.05)


def test_models_that_share_no_item_or_are_not_there_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "item,model,score", "q1,a,1", "q2,b,0")

    assert "no item in common" in problems_of(order(path))[0]
    with pytest.raises(NotFoundError, match="holds no model 'A2'") as caught:
        make_verdict(order(path, candidates=["A2"]))
    assert caught.value.hint == "Did you mean 'a'?"
    with pytest.raises(NotFoundError) as caught:
        make_verdict(order(path, candidates=["zzzz"]))
    assert caught.value.hint == "There are: a, b."


def test_clusters_make_the_interval_wider_and_are_said(tmp_path: Path) -> None:
    header = "item,model,score,cluster"
    rows = [
        f"q{k},{name},{int((k // 10) % 3 != 0 or name == 'b')},c{k // 10}"
        for k in range(300)
        for name in "ab"
    ]
    found = single(order(write(tmp_path, header, *rows))).judged
    alone = single(
        order(write(tmp_path, header[:-8], *(row.rpartition(",")[0] for row in rows)))
    ).judged

    assert found.clusters == 30
    assert found.design_effect == pytest.approx(10.0, rel=0.05)
    assert found.decision.width > 2 * alone.decision.width
    assert found.plain is not None
    assert "cluster-robust" in found.method
    assert alone.clusters is None
    assert alone.plain is None


def test_clusters_of_one_item_each_are_no_clusters(tmp_path: Path) -> None:
    rows = [f"{row},{row.split(',')[0]}" for row in pairs_of(12, 11, 77)[1:]]
    found = single(order(write(tmp_path, "item,model,score,cluster", *rows))).judged

    assert found.clusters is None


def test_scores_by_degrees_are_compared_by_their_means(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    rows = [f"q{k},{m},{random.integers(0, 11) / 10}" for k in range(80) for m in "ab"]
    found = single(order(write(tmp_path, "item,model,score", *rows))).judged
    clustered = [f"{row},c{int(row.split(',')[0][1:]) // 4}" for row in rows]
    whole = single(order(write(tmp_path, "item,model,score,cluster", *clustered))).judged

    assert found.counts is None
    assert found.method == "studentised bootstrap of paired scores"
    assert 0.0 < found.p_different <= 1.0
    assert whole.counts is None
    assert whole.clusters == 20
    assert 0.0 < whole.p_different <= 1.0


def test_slices_are_judged_alone_and_corrected_for_their_number(tmp_path: Path) -> None:
    rows = random_rows({"a": 0.6, "b": 0.62}, 300, ",s{k}")
    rows = [row[: row.rindex("s")] + f"s{int(row.rpartition('s')[2]) % 3}" for row in rows]
    path = write(tmp_path, "item,model,score,slice", *rows)
    slices = single(order(path)).slices
    plain = single(order(path, rule=Rule(0.05, 0.05, "none", 1))).slices

    assert [row.name for row in slices] == ["s0", "s1", "s2"]
    assert [row.corrected.p_non_inferior for row in slices] == list(
        holm([row.alone.judgement.p_non_inferior for row in slices])
    )
    assert [row.corrected for row in plain] == [row.alone.judgement for row in plain]


def test_a_column_with_a_name_an_item_makes_no_slices(tmp_path: Path) -> None:
    rows = [f"{row},s{row.split(',')[0]}" for row in pairs_of(12, 11, 377)[1:]]
    report = make_verdict(order(write(tmp_path, "item,model,score,task", *rows)))

    assert report.single is not None
    assert report.single.slices == ()
    assert "400 slices are too many to be judged one by one." in report.notes


def test_costs_and_latencies_are_compared_where_both_are_known(tmp_path: Path) -> None:
    rows = []
    for k in range(60):
        rows.append(f"q{k},a,{int(k % 4 != 0)},0.01,{100 + k},")
        rows.append(f"q{k},b,1,{'' if k == 0 else 0.1},{300 + 2 * k},")
    lines = ["item,model,score,cost,latency_ms,x", *rows]
    found = single(order(write(tmp_path, *lines)))

    assert found.costs is not None
    assert found.costs.items == 59
    assert found.costs.candidate == pytest.approx(0.59 / 45)
    assert found.costs.incumbent == pytest.approx(0.1)
    assert found.costs.ratio is not None
    assert found.costs.ratio.contains(0.59 / 45 / 0.1)
    assert found.latency is not None
    assert found.latency.ratio is not None
    assert 0.3 < found.latency.ratio.low < found.latency.ratio.high < 0.45
    assert found.latency.p95.high < 0.0


def test_without_a_success_or_a_time_there_is_no_ratio(tmp_path: Path) -> None:
    rows = [f"q{k},{m},{int(m == 'b')},0.1,{0 if m == 'a' else 5}" for k in range(9) for m in "ab"]
    found = single(order(write(tmp_path, "item,model,score,cost,seconds", *rows)))
    values = to_values(make_verdict(order(tmp_path / "outcomes.csv")))

    assert found.costs is not None
    assert found.costs.ratio is None
    assert found.latency is not None
    assert found.latency.ratio is None
    assert isinstance(values["cost"], dict)
    assert values["cost"]["candidate_per_success"] is None


def test_weights_count_in_the_verdict_and_are_said(tmp_path: Path) -> None:
    rows = [
        f"{row},{20 if int(row.split(',')[0][1:]) < 40 else 1}" for row in pairs_of(5, 40, 300)[1:]
    ]
    path = write(tmp_path, "item,model,score,weight", *rows)
    report = make_verdict(order(path, every=1))
    values = to_values(report)
    found = single(order(path, every=1))
    alone = judged(tmp_path, 5, 40, 300)

    assert found.judged.decision.estimate == pytest.approx((5 * 20 - 35 * 20 - 5) / (40 * 20 + 305))
    assert found.judged.rates[0] - found.judged.rates[1] == pytest.approx(
        found.judged.decision.estimate
    )
    assert found.judged.decision.estimate < alone.decision.estimate
    assert found.judged.method.startswith("mean over weighted items")
    assert values["weighted"] is True
    assert "Items count by their weight" in report.notes[0]
    assert found.stream is not None
    assert found.stream.target == "mean over items, weights left out"
    assert found.judged.plain is None


def test_weights_that_are_all_alike_change_nothing(tmp_path: Path) -> None:
    rows = [f"{row},3" for row in pairs_of(15, 16, 69)[1:]]
    found = single(order(write(tmp_path, "item,model,score,weight", *rows))).judged
    plain = judged(tmp_path, 15, 16, 69)

    assert found == plain


def test_a_table_of_no_pair_is_an_error(tmp_path: Path) -> None:
    one = write(tmp_path, "item,model,score", "q1,a,1", "q2,a,0")
    (alone,) = problems_of(order(one, [], [], all_pairs=True))
    two = write(tmp_path, "item,model,score", "q1,a,1", "q2,b,0")
    (apart,) = problems_of(order(two, [], [], all_pairs=True))

    assert "that takes two different models" in alone
    assert "no two of these models share an item" in apart


def table(tmp_path: Path, correction: str) -> Report:
    rows = random_rows({"a": 0.5, "b": 0.52, "c": 0.8, "d": 0.3}, 400)
    path = write(tmp_path, "item,model,score", *rows)
    return make_verdict(order(path, [], [], Rule(0.05, 0.05, correction, 1), all_pairs=True))


@pytest.mark.parametrize("correction", list(CORRECTIONS))
def test_all_pairs_are_judged_and_the_best_claims_come_first(
    correction: str, tmp_path: Path
) -> None:
    report = table(tmp_path, correction)
    verdicts = [verdict.value for verdict in report.verdicts]
    ranks = ["superior", "non_inferior", "undecided", "inferior"]

    assert len(report.rows) == 12
    assert verdicts == sorted(verdicts, key=ranks.index)
    assert (report.rows[0].alone.candidate, report.rows[0].alone.incumbent) == ("c", "d")
    assert report.verdicts[0] is Verdict.SUPERIOR
    assert report.verdicts[-1] is Verdict.INFERIOR
    assert (report.rows[0].e_values is not None) == (correction == "e-bh")


def test_a_correction_never_claims_more_than_the_pairs_alone(tmp_path: Path) -> None:
    rows = table(tmp_path, "holm").rows

    for row in rows:
        assert row.corrected.verdict in {
            row.alone.judgement.verdict,
            Verdict.UNDECIDED,
            Verdict.NON_INFERIOR,
        }
    assert sorted(row.corrected.p_non_inferior for row in rows) == pytest.approx(
        sorted(holm([row.alone.judgement.p_non_inferior for row in rows]))
    )


def test_of_many_pairs_those_without_a_common_item_are_left_out(tmp_path: Path) -> None:
    lines = [*pairs_of(5, 5, 30), "z1,c,1", "q1,d,1"]
    report = make_verdict(order(write(tmp_path, *lines), [], ["b"], all_pairs=True))
    values = to_values(report)

    assert {row.alone.candidate for row in report.rows} == {"a", "d"}
    assert "1 pairs left out: they share no item." in report.notes
    assert any("left out" in note and "only one" in note for note in report.notes)
    assert isinstance(values["pairs"], list)
    assert len(values["pairs"]) == 2


def test_points_have_a_sign_and_no_bound_too_far() -> None:
    assert points(0.0123) == "+1.2"
    assert points(-0.05) == "−5.0"
    assert (points(float("inf")), points(float("-inf"))) == ("∞", "−∞")
