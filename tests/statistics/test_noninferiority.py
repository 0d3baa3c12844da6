"""Verdicts of finished samples: by hand, by symmetry, and against published outcomes."""

from __future__ import annotations

import csv
from math import comb
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from equipoise.statistics import (
    FloorStatus,
    PairedCounts,
    Verdict,
    floor_verdict,
    mcnemar_exact,
    tango,
    verdict,
    wilson_lower_bound,
)

GOLDEN = Path(__file__).resolve().parents[3] / "shared/data/outcomes/zeroeval/pair_verdicts.csv"
PUBLISHED_NAMES = {
    Verdict.SUPERIOR: "non-inferior",  # the published table does not set it apart
    Verdict.NON_INFERIOR: "non-inferior",
    Verdict.INFERIOR: "inferior",
    Verdict.UNDECIDED: "undecided",
}
CELL = st.integers(0, 300)
COUNTS = st.tuples(CELL, CELL, CELL, CELL).filter(any).map(lambda cells: PairedCounts(*cells))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (PairedCounts(400, 40, 10, 50), Verdict.SUPERIOR),
        (PairedCounts(400, 20, 20, 60), Verdict.NON_INFERIOR),
        (PairedCounts(400, 5, 60, 35), Verdict.INFERIOR),
        (PairedCounts(40, 4, 5, 1), Verdict.UNDECIDED),
    ],
)
def test_each_verdict_can_be_reached(counts: PairedCounts, expected: Verdict) -> None:
    found = verdict(counts, margin=0.05)

    assert found.verdict is expected
    assert found.interval == tango(counts, level=0.9)
    assert (found.margin, found.alpha) == (0.05, 0.05)


@given(COUNTS, st.floats(0.01, 0.5), st.floats(0.005, 0.2))
def test_verdict_interval_and_p_value_tell_one_story(
    counts: PairedCounts, margin: float, alpha: float
) -> None:
    found = verdict(counts, margin, alpha)
    nearest = min(
        abs(end - at) for end in (found.interval.low, found.interval.high) for at in (-margin, 0.0)
    )
    assume(nearest > 1e-9)  # the precision of the interval's ends

    proven = found.verdict in (Verdict.SUPERIOR, Verdict.NON_INFERIOR)
    assert proven == (found.interval.low > -margin)
    assert proven == (found.p_value < alpha)
    assert (found.verdict is Verdict.SUPERIOR) == (found.interval.low > 0.0)
    assert (found.verdict is Verdict.INFERIOR) == (found.interval.high < -margin)


@given(COUNTS, st.floats(0.01, 0.3))
def test_a_wider_margin_never_harms_the_candidate(counts: PairedCounts, margin: float) -> None:
    assert verdict(counts, margin + 0.1).p_value <= verdict(counts, margin).p_value + 1e-12


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [
        (195, 200, FloorStatus.MET),
        (150, 200, FloorStatus.NOT_MET),
        (182, 200, FloorStatus.UNDECIDED),
    ],
)
def test_a_floor_is_met_missed_or_open(successes: int, trials: int, expected: FloorStatus) -> None:
    found = floor_verdict(successes, trials, floor=0.9)

    assert found.status is expected
    assert (found.floor, found.alpha) == (0.9, 0.05)
    assert found.interval.level == pytest.approx(0.9)


@given(st.integers(1, 2000), st.data(), st.floats(0.05, 0.95))
def test_the_floor_is_met_exactly_when_the_score_test_rejects(
    trials: int, data: st.DataObject, floor: float
) -> None:
    successes = data.draw(st.integers(0, trials))
    found = floor_verdict(successes, trials, floor)
    assume(min(abs(found.interval.low - floor), abs(found.interval.high - floor)) > 1e-9)

    assert (found.status is FloorStatus.MET) == (found.p_value < 0.05)
    assert (found.status is FloorStatus.NOT_MET) == (found.p_value > 0.95)
    assert (found.status is FloorStatus.MET) == (wilson_lower_bound(successes, trials) >= floor)


def test_a_rate_at_the_floor_is_seldom_taken_for_one_above_it() -> None:
    trials, floor = 200, 0.8
    wrongly_met = sum(
        comb(trials, k) * floor**k * (1 - floor) ** (trials - k)
        for k in range(trials + 1)
        if floor_verdict(k, trials, floor).status is FloorStatus.MET
    )

    assert wrongly_met <= 0.055


def test_margins_floors_and_alphas_out_of_range_are_refused() -> None:
    counts = PairedCounts(1, 0, 0, 0)
    with pytest.raises(ValueError, match=r"margin .* got 5"):
        verdict(counts, margin=5)
    with pytest.raises(ValueError, match=r"margin .* got 0"):
        verdict(counts, margin=0)
    with pytest.raises(ValueError, match=r"alpha .* got 0\.7"):
        verdict(counts, margin=0.05, alpha=0.7)
    with pytest.raises(ValueError, match=r"floor .* got 1"):
        floor_verdict(1, 2, floor=1)
    with pytest.raises(ValueError, match=r"alpha .* got 0\.0"):
        floor_verdict(1, 2, floor=0.5, alpha=0.0)
    with pytest.raises(ValueError, match="trials must be"):
        floor_verdict(0, 0, floor=0.5)


@pytest.mark.skipif(not GOLDEN.exists(), reason=f"research data absent: {GOLDEN}")
def test_the_verdicts_on_published_outcomes_are_reproduced() -> None:
    with GOLDEN.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))

    assert len(rows) > 200
    for row in rows:
        n, better, worse = (int(row[key]) for key in ("n", "b_open_only", "c_closed_only"))
        counts = PairedCounts(n - better - worse, better, worse, 0)
        interval = tango(counts, level=0.9)
        ends = (float(row["tango90_lo"]), float(row["tango90_hi"]))
        assert (interval.low, interval.high) == pytest.approx(ends, abs=5.1e-5)
        assert mcnemar_exact(counts) == pytest.approx(float(row["mcnemar_p"]), abs=5.1e-6)
        for points in (2, 3, 5):
            found = verdict(counts, margin=points / 100)
            assert found.p_value == pytest.approx(float(row[f"ni_p_{points}"]), abs=5.1e-6)
            assert PUBLISHED_NAMES[found.verdict] == row[f"verdict_{points}"]
