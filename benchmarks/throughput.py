"""How wrong the estimates of throughput are on measurements that their fit has not seen.

Two tables are read from the folder that `--data` names: `silicon_points.csv` (a row a
configuration; the aggregated ones without attention parallelism) and `measurements.csv` (a row a
measurement, of several campaigns). An architecture is left out at a time, under all its names, then
a campaign; what is left out gets the interval that the others' left-out errors give. From each
machine of a left-out campaign a few points are then taken for its user's own bench of a model, and
the others estimated again. `--refit` writes the package's efficiencies anew from all of them.
"""

from __future__ import annotations

import csv
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from goals import Goal, report
from numpy.typing import NDArray

from equipoise.catalog import efficiencies
from equipoise.catalog.efficiencies import Efficiencies, Spread
from equipoise.domain.provenance import Source
from equipoise.economics.throughput import calibrate, spreads
from equipoise.economics.throughput.batching import ideal_token, serve
from equipoise.economics.throughput.coefficients import COLUMN, NAMES
from equipoise.economics.throughput.estimate import estimate_many
from equipoise.economics.throughput.points import Point, points
from equipoise.economics.throughput.row_estimates import estimate_rows
from equipoise.economics.throughput.sharpen import sharpen
from equipoise.economics.throughput.step import Steps
from equipoise.economics.throughput.work import Column, Work

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "throughput"
TOML = Path(efficiencies.__file__).parent / "data" / "efficiencies.toml"
SILICON = "silicon"
_IN_BOTH = "aic:"  # rows of measurements.csv that silicon_points.csv has as well
_BANDWIDTH, _ARITHMETIC = 0.6, 0.45  # what a textbook's roofline reaches of a data sheet
_OWN_POINTS, _DRAWS = (3, 5, 10), 4  # points of a bench; benches of each machine
_BENCHED = 13  # points of a machine, so that some are left to estimate
Mask = NDArray[np.bool_]


def main() -> int:
    """Measure what is asked for."""
    parser = ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--data", type=Path, default=BESIDE, metavar="FOLDER")
    parser.add_argument("--refit", action="store_true", help="write the efficiencies anew")
    chosen = parser.parse_args()
    tables = [chosen.data / name for name in ("silicon_points.csv", "measurements.csv")]
    absent = [table for table in tables if not table.is_file()]
    if absent:
        print(f"no measurements to compare with: there is no {absent[0]}")
        return 0
    every = list(read(tables[0]))
    silicon = [row for row in every if together(row)]
    apart = list(points(row for row in every if row["mode"] == "disagg"))
    others = [row for row in read(tables[1]) if not row["id"].startswith(_IN_BOTH)]
    measured = [*points(silicon), *points(others)]
    if chosen.refit:
        refit(measured)
        return 0
    problem = calibrate.pose(measured)
    theta = calibrate.solve(problem, np.ones(len(problem.points), dtype=bool))
    goals = architectures(problem, theta)
    goals += campaigns(problem, theta)
    unfitted(measured, apart)
    goals.append(Goal("estimates a second", speed(measured, silicon), 1e4, np.inf, "/s"))
    print()
    return report(goals)


def read(table: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a file."""
    with table.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def together(row: Mapping[str, str]) -> bool:
    """Whether prefill and decode share their devices, and all of these share each sequence."""
    return row["mode"] == "agg" and row["attention_dp_size"] in {"", "1"}


def architectures(problem: calibrate.Problem, theta: calibrate.Theta) -> list[Goal]:
    """One architecture left out at a time."""
    names = np.array([point.architecture for point in problem.points])
    silicon = np.array([point.campaign == SILICON for point in problem.points])
    token, first = calibrate.left_out(problem, theta, names)
    ours, textbook = off(token, problem.token), off(fixed(problem.work), problem.token)
    ideal = off(np.log(ideal_token(problem.work)), problem.token)
    inside = covered(problem.token - token, names, problem.points, elsewhere=False)
    print("Time per token, an architecture left out at a time; medians of |estimate/true - 1|")
    print(f"{'silicon rows':<28}{'rows':>6}{'ours':>8}{'fixed':>8}{'ideal':>8}{'80 %':>7}")
    for name in [*np.unique(names[silicon]), "all"]:
        rows = silicon & ((names == name) | (name == "all"))
        errors = "".join(f"{middle(errors, rows):>8.1%}" for errors in (ours, textbook, ideal))
        print(f"{name:<28}{rows.sum():>6}{errors}{inside[rows].mean():>7.0%}")
    timed = silicon & np.isfinite(problem.first)
    first_error = middle(off(first, problem.first), timed)
    held = covered(problem.first - first, names, problem.points, elsewhere=False)[timed].mean()
    print(
        f"Time to the first token, {timed.sum()} of these rows: {first_error:.1%}, 80 % covers"
        f" {held:.0%} (no goal: it is a queue's output)"
    )
    error, other = middle(ours, silicon), middle(textbook, silicon)
    return [
        Goal("architecture left out: error a token", 100 * error, 0, 20, "%"),
        Goal("of the fixed-efficiency roofline's error", 100 * error / other, 0, 50, "%"),
        Goal("architecture left out: 80 % covers", 100 * inside[silicon].mean(), 70, 90, "%"),
    ]


def campaigns(problem: calibrate.Problem, theta: calibrate.Theta) -> list[Goal]:
    """One campaign left out at a time."""
    names = np.array([point.campaign for point in problem.points])
    fits = dict(calibrate.without(problem, theta, names))
    token, first = np.empty(len(names)), np.empty(len(names))
    for name, own in fits.items():
        held = names == name
        predicted = problem.predict(own)
        token[held], first[held] = predicted[0][held], predicted[1][held]
    ours, textbook = off(token, problem.token), off(fixed(problem.work), problem.token)
    starts = off(first, problem.first)
    counts = {name: int((names == name).sum()) for name in fits}
    inside = covered(problem.token - token, names, problem.points, elsewhere=True)
    print("\nTime per token, a campaign left out at a time")
    print(f"{'campaign':<28}{'rows':>6}{'ours':>8}{'fixed':>8}{'80 %':>8}{'first':>8}")
    for name, count in counts.items():
        rows = names == name
        errors = "".join(f"{middle(errors, rows):>8.1%}" for errors in (ours, textbook))
        start = middle(starts, rows & np.isfinite(problem.first))
        print(f"{name:<28}{count:>6}{errors}{inside[rows].mean():>8.0%}{start:>8.1%}")
    timed = np.isfinite(problem.first)
    held = covered(problem.first - first, names, problem.points, elsewhere=True)[timed].mean()
    print(f"Time to the first token, all {timed.sum()} rows: 80 % covers {held:.0%} (no goal)")
    each = [middle(ours, names == name) for name in counts]
    goals = [
        Goal(
            "campaign left out: error a token, all rows", 100 * float(np.median(ours)), 0, 35, "%"
        ),
        Goal("campaign left out: the worst campaign's", 100 * max(each), 0, 35, "%"),
        Goal("campaign left out: 80 % covers", 100 * inside.mean(), 70, 90, "%"),
    ]
    return goals + own_bench(problem, fits, (problem.token - token, problem.first - first))


def own_bench(
    problem: calibrate.Problem,
    fits: Mapping[str, calibrate.Theta],
    errors: tuple[Column, Column],
) -> list[Goal]:
    """A few points of a model on a machine nobody has seen, and what they make of the others."""
    machines = np.array([spreads.machine(point) for point in problem.points])
    names = [name for name in np.unique(machines) if (machines == name).sum() >= _BENCHED]
    print(f"\nA user's own bench of one model, {len(names)} machines of left-out campaigns")
    print(f"{'points':<12}{'a token':>18}{'80 %':>16}{'first token':>18}{'80 %':>16}")
    last: NDArray[np.float64] = np.zeros((2, 2, 2))
    for count in _OWN_POINTS:
        rng = np.random.default_rng(count)
        found = []
        for name in names:
            rows = np.flatnonzero(machines == name)
            campaign = problem.points[rows[0]].campaign
            elsewhere = unseen(problem, fits[campaign], errors, campaign)
            for _ in range(_DRAWS):
                own = rng.choice(rows, count, replace=False)
                rest = [problem.points[row] for row in np.setdiff1d(rows, own)]
                bench = [problem.points[row] for row in own]
                sharper = sharpen(elsewhere, bench, campaign)
                found.append([judged(rest, fit) for fit in (elsewhere, sharper)])
        last = np.nanmean(np.array(found), axis=0)
        cells = "".join(
            f"{last[0, time, 0]:>8.1%} to {last[1, time, 0]:<5.1%}"
            f"{last[0, time, 1]:>9.0%} to {last[1, time, 1]:<4.0%}"
            for time in (0, 1)
        )
        print(f"{count:<12}{cells}".rstrip())
    return [
        Goal("own bench: error a token of its machine", 100 * last[1, 0, 0], 0, 15, "%"),
        Goal("own bench: 80 % covers", 100 * last[1, 0, 1], 70, 90, "%"),
    ]


def unseen(
    problem: calibrate.Problem,
    theta: calibrate.Theta,
    errors: tuple[Column, Column],
    campaign: str,
) -> Efficiencies:
    """A fit to all campaigns but one, with the ranges that the others give it."""
    others = np.array([point.campaign != campaign for point in problem.points])
    points = [point for point in problem.points if point.campaign != campaign]
    ranges: dict[str, Spread] = {}
    for name, off_by in (("tpot", errors[0]), ("ttft", errors[1]), ("output_rate", -errors[0])):
        for kind, far in (("campaign", False), ("elsewhere", True)):
            found = spreads.ranges(off_by[others], points, elsewhere=far)
            ranges |= {f"{name}.{kind}{ending}": spread for ending, spread in found.items()}
        ranges[f"{name}.within"] = spreads.within(off_by[others], points)
    fit = calibrate.published(problem, theta, Source("all campaigns but one"))
    seen = {**fit.seen, "campaign": fit.seen["campaign"] - {campaign}}
    return replace(fit, spreads=ranges, seen=seen)


def judged(points_: Sequence[Point], fit: Efficiencies) -> list[list[float]]:
    """Median error and share within the range, of the times per token and to the first one."""
    found = estimate_many([(point.deployment, point.load) for point in points_], fit)
    scores = []
    for ranges, true in (
        (found.tpot, np.array([point.tpot or np.nan for point in points_])),
        (found.ttft, np.array([point.ttft or np.nan for point in points_])),
    ):
        known = np.isfinite(true)
        low, value, high = ranges[known].T
        inside = (low <= true[known]) & (true[known] <= high)
        error = middle(np.abs(value / true[known] - 1), np.ones(known.sum(), dtype=bool))
        scores.append([error, float(inside.mean()) if known.any() else np.nan])
    return scores


def covered(
    errors: Column, groups: NDArray[np.str_], points_: Sequence[Point], *, elsewhere: bool
) -> Mask:
    """Whether each true value lies in the interval that all other groups' errors give."""
    inside = np.zeros(len(errors), dtype=bool)
    single = spreads.alone(points_)
    for group in np.unique(groups):
        held = groups == group
        others = [point for point, out in zip(points_, held, strict=True) if not out]
        ranges = spreads.ranges(errors[~held], others, elsewhere=elsewhere)
        for ending, rows in (("", held & ~single), (spreads.ALONE, held & single)):
            low, high = np.log(ranges[ending].low), np.log(ranges[ending].high)
            inside[rows] = (low <= errors[rows]) & (errors[rows] <= high)
    return inside


def fixed(work: Work) -> Column:
    """Logarithms of times per token at fixed shares of the data sheet, with no overheads."""
    row = dict.fromkeys(NAMES, 0.0)
    row |= dict.fromkeys(("weights", "routed", "cache"), 1 / _BANDWIDTH)
    row |= dict.fromkeys(("multiply", "prefill"), 1 / _ARITHMETIC)
    row |= {"prefill_routed": 1.0}
    values = np.zeros(len(NAMES))
    for name, value in row.items():
        values[COLUMN[name]] = value
    logarithms: Column = np.log(serve(Steps(work, np.tile(values, (len(work), 1)))).token)
    return logarithms


def off(estimated: Column, true: Column) -> Column:
    """Absolute relative errors from logarithms."""
    errors: Column = np.abs(np.expm1(estimated - true))
    return errors


def middle(errors: Column, rows: Mask) -> float:
    """The median of some rows' errors; NaN where there are none."""
    return float(np.median(errors[rows])) if rows.any() else float("nan")


def unfitted(measured: Sequence[Point], apart: Sequence[Point]) -> None:
    """Points of kinds that no fit sees: rates alone, and prompts read on devices of their own."""
    rates = [point for point in measured if point.tpot is None and point.output_rate]
    print("\nOf kinds that no fit sees; the package's efficiencies")
    print(f"{'rows':<40}{'rows':>6}{'error':>8}{'bias':>8}{'80 %':>7}")
    for name in sorted({point.campaign for point in rates}):
        own = [point for point in rates if point.campaign == name]
        found = estimate_many([(point.deployment, point.load) for point in own]).output_rate
        row(f"{name}: tokens a second", found, [point.output_rate for point in own])
    for engine in sorted({point.deployment.engine for point in apart}):
        own = [point for point in apart if point.deployment.engine == engine]
        found = estimate_many([(point.deployment, point.load) for point in own]).tpot
        row(f"{engine}, prefill apart: time per token", found, [point.tpot for point in own])


def row(name: str, ranges: Column, measured: Sequence[float | None]) -> None:
    """One line of a table: median error, median of estimated over true, share within the range."""
    true = np.array([value or np.nan for value in measured])
    low, value, high = ranges.T
    inside = ((low <= true) & (true <= high)).mean()
    error, bias = np.median(np.abs(value / true - 1)), np.median(value / true)
    print(f"{name:<40}{len(true):>6}{error:>8.1%}{bias:>8.2f}{inside:>7.0%}")


def speed(measured: Sequence[Point], rows: Sequence[Mapping[str, str]]) -> float:
    """Estimates a second in one table, from points as they are; a table's text is printed."""
    # No load twice: nothing of it can have been kept from an earlier one.
    jobs = [
        (point.deployment, replace(point.load, input=point.load.input + more))
        for more in range(1, 11)
        for point in measured
    ]
    started = time.perf_counter()
    estimate_many(jobs)
    took = time.perf_counter() - started
    started = time.perf_counter()
    estimate_rows(rows)
    text = time.perf_counter() - started
    print(f"\nEstimates a second from rows of text: {len(rows) / text:,.0f}")
    return len(jobs) / took


def refit(measured: Sequence[Point]) -> None:
    """Write the package's efficiencies."""
    names = sorted({point.campaign for point in measured if point.tpot is not None})
    source = Source(
        "least squares on the logarithms of published times per token: aiconfigurator-core 0.12.0"
        f" (silicon, Apache-2.0) and the campaigns {', '.join(n for n in names if n != SILICON)}",
        checked=datetime.now(tz=UTC).date(),
    )
    fit = calibrate.calibrate(measured, source)
    TOML.write_text(efficiencies.to_toml(fit), encoding="utf-8")
    print(f"{TOML}: {fit.points} points, {len(fit.pooled)} coefficients")


if __name__ == "__main__":
    sys.exit(main())
