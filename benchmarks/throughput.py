"""How wrong the estimates of throughput are on measurements that their fit has not seen.

Two tables are read from the folder that `--data` names: `silicon_points.csv` (a row a
configuration; the aggregated ones without attention parallelism) and `measurements.csv` (a row a
measurement, of several campaigns). An architecture is left out at a time, under all its names, then
a campaign; what is left out gets the interval that the others' left-out errors give. `--refit`
writes the package's efficiencies anew from all of them.
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
from equipoise.domain.provenance import Source
from equipoise.economics.throughput import calibrate
from equipoise.economics.throughput.batching import ideal_token, serve
from equipoise.economics.throughput.coefficients import COLUMN, NAMES
from equipoise.economics.throughput.estimate import estimate_many
from equipoise.economics.throughput.points import Point, points
from equipoise.economics.throughput.row_estimates import estimate_rows
from equipoise.economics.throughput.step import Steps
from equipoise.economics.throughput.work import Column, Work

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "throughput"
TOML = Path(efficiencies.__file__).parent / "data" / "efficiencies.toml"
SILICON = "silicon"
_IN_BOTH = "aic:"  # rows of measurements.csv that silicon_points.csv has as well
_BANDWIDTH, _ARITHMETIC = 0.6, 0.45  # what a textbook's roofline reaches of a data sheet
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
    silicon = [row for row in read(tables[0]) if together(row)]
    others = [row for row in read(tables[1]) if not row["id"].startswith(_IN_BOTH)]
    measured = [*points(silicon), *points(others)]
    if chosen.refit:
        refit(measured)
        return 0
    problem = calibrate.pose(measured)
    theta = calibrate.solve(problem, np.ones(len(problem.points), dtype=bool))
    goals = architectures(problem, theta)
    goals += campaigns(problem, theta)
    unfitted(measured)
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
    inside = covered(problem.token - token, names, np.ones(len(names)))
    print("Time per token, an architecture left out at a time; medians of |estimate/true - 1|")
    print(f"{'silicon rows':<28}{'rows':>6}{'ours':>8}{'fixed':>8}{'ideal':>8}{'80 %':>7}")
    for name in [*np.unique(names[silicon]), "all"]:
        rows = silicon & ((names == name) | (name == "all"))
        errors = "".join(f"{middle(errors, rows):>8.1%}" for errors in (ours, textbook, ideal))
        print(f"{name:<28}{rows.sum():>6}{errors}{inside[rows].mean():>7.0%}")
    timed = silicon & np.isfinite(problem.first)
    first_error = middle(off(first, problem.first), timed)
    held = covered(problem.first - first, names, np.ones(len(names)))[timed].mean()
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
    token, first = calibrate.left_out(problem, theta, names)
    ours, textbook = off(token, problem.token), off(fixed(problem.work), problem.token)
    starts = off(first, problem.first)
    counts = {name: int((names == name).sum()) for name in np.unique(names)}
    weights = calibrate.even(list(names))
    inside = covered(problem.token - token, names, weights)
    print("\nTime per token, a campaign left out at a time")
    print(f"{'campaign':<28}{'rows':>6}{'ours':>8}{'fixed':>8}{'80 %':>8}{'first':>8}")
    for name, count in counts.items():
        rows = names == name
        errors = "".join(f"{middle(errors, rows):>8.1%}" for errors in (ours, textbook))
        start = middle(starts, rows & np.isfinite(problem.first))
        print(f"{name:<28}{count:>6}{errors}{inside[rows].mean():>8.0%}{start:>8.1%}")
    timed = np.isfinite(problem.first)
    held = covered(problem.first - first, names, weights)[timed].mean()
    print(f"Time to the first token, all {timed.sum()} rows: 80 % covers {held:.0%} (no goal)")
    each = [middle(ours, names == name) for name in counts]
    return [
        Goal(
            "campaign left out: error a token, all rows", 100 * float(np.median(ours)), 0, 35, "%"
        ),
        Goal("campaign left out: the worst campaign's", 100 * max(each), 0, 35, "%"),
        Goal("campaign left out: 80 % covers", 100 * inside.mean(), 70, 90, "%"),
    ]


def covered(errors: Column, groups: NDArray[np.str_], weights: Column) -> Mask:
    """Whether each true value lies in the interval that all other groups' errors give."""
    inside = np.zeros(len(errors), dtype=bool)
    for group in np.unique(groups):
        held = groups == group
        spread = calibrate.spread(errors[~held], weights[~held])
        low, high = np.log(spread.low), np.log(spread.high)
        inside[held] = (low <= errors[held]) & (errors[held] <= high)
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


def unfitted(measured: Sequence[Point]) -> None:
    """Points with a rate alone, which no fit sees: offline, as many requests as fit."""
    rates = [point for point in measured if point.tpot is None and point.output_rate]
    if not rates:
        return
    found = estimate_many([(point.deployment, point.load) for point in rates]).output_rate[:, 1]
    true = np.array([point.output_rate or np.nan for point in rates])
    bias = float(np.median(found / true))
    error = float(np.median(np.abs(found / true - 1)))
    print(
        f"\nTokens a second of {len(rates)} offline runs: {error:.1%}, {bias:.2f} of the true one"
    )


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
