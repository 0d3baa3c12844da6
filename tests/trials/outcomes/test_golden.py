"""Verdicts on real outcomes, beside those made elsewhere; skipped where they are not at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.trials.outcomes.tables import BESIDE, RULE, order, read_outcomes

from equipoise.statistics import Verdict
from equipoise.trials.outcomes.judging import judge_pair
from equipoise.trials.outcomes.pairs import pair
from equipoise.trials.outcomes.table import Outcomes
from equipoise.trials.outcomes.words import NAMES


def beside(name: str) -> Path:
    file = BESIDE / name
    if not file.is_file():
        pytest.skip(f"{name} is not here: the outcomes are not part of this repository")
    return file


@pytest.fixture(scope="module")
def zeroeval() -> Outcomes:
    return read_outcomes(order(beside("zeroeval/outcomes.csv")))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with beside("zeroeval/pair_verdicts.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_verdicts_and_intervals_are_the_published_ones(
    zeroeval: Outcomes, rows: list[dict[str, str]]
) -> None:
    for row in rows:
        found = pair(zeroeval, row["open"], row["closed"])
        at_90 = judge_pair(found, 0.05, RULE.alpha, RULE.seed).at_90
        assert len(found.items) == int(row["n"])
        assert at_90.low == pytest.approx(float(row["tango90_lo"]), abs=5.1e-5)
        assert at_90.high == pytest.approx(float(row["tango90_hi"]), abs=5.1e-5)
        for points in (2, 3, 5):
            judged = judge_pair(found, points / 100, RULE.alpha, RULE.seed)
            verdict = judged.judgement.verdict
            plain = Verdict.NON_INFERIOR if verdict is Verdict.SUPERIOR else verdict
            assert NAMES[plain] == row[f"verdict_{points}"], row
            assert judged.judgement.p_non_inferior == pytest.approx(
                float(row[f"ni_p_{points}"]), abs=5.1e-6
            )
            assert judged.p_different == pytest.approx(float(row["mcnemar_p"]), abs=5.1e-6)


def test_a_column_a_model_is_read_with_the_names_it_has() -> None:
    file = beside("mmlu_pro/outcomes_wide.csv")
    found = read_outcomes(order(file, wide=True, columns={"cluster": "src"}))

    assert len(found.models) == 29
    assert len(set(found.slices.values())) == 14
    assert found.notes[0] == "Read question_id as item, category as slice, src as cluster."
    assert found.notes[1].endswith(" and 21 more.")
