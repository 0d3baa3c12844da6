"""How true verdicts are on real outcomes: golden verdicts, coverage, peeking and early stopping.

The outcome sets are read from the folder that `--data` names: `zeroeval/outcomes.csv` (a row an
item and model) with `pair_verdicts.csv` (verdicts of every open × closed pair, made elsewhere),
`mmlu_pro/outcomes_wide.csv` and `routellm_pair/outcomes.csv` (a column a model). Populations for
resampling are pairs of their models. Seeded: the figures are the same on every machine.
"""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import exp, lgamma, log, sqrt
from pathlib import Path
from time import monotonic

import numpy as np
from goals import Goal, report
from numpy.typing import NDArray
from trial_nulls import cluster_bets, rare_losses, unseen_clusters, weighted

from equipoise.statistics import Interval, PairedCounts, SequentialDecision, Verdict, tango
from equipoise.statistics.betting import replay
from equipoise.statistics.binary import BinaryComparison
from equipoise.statistics.clustered import clustered_binary
from equipoise.statistics.normal import one_sided_critical_value
from equipoise.statistics.paired import score_z
from equipoise.statistics.scores import ScoreComparison
from equipoise.trials.outcomes.all_pairs import Rule
from equipoise.trials.outcomes.judging import judge_pair
from equipoise.trials.outcomes.pairs import pair
from equipoise.trials.outcomes.table import Outcomes
from equipoise.trials.outcomes.verdict import VerdictOrder, read_outcomes
from equipoise.trials.outcomes.words import NAMES

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "outcomes"
SEED = 20261125
MARGIN, ALPHA, ORDERS = 0.05, 0.05, 20
SIZES = (20, 30, 50, 100, 200, 500)
DISCORDANCES = (0.02, 0.05, 0.1, 0.2, 0.4)
DIFFERENCES = (0.0, -0.02, -0.05, 0.05, -0.1)
WIDE = {"mmlu_pro": "outcomes_wide.csv", "routellm_pair": "outcomes.csv"}
CLOSED = ("gemini-1.5-flash-002", "gemini-1.5-pro-002")
Numbers = NDArray[np.float64]
Couple = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OutcomeSet:
    """Outcomes, and which of the models are candidates for which others."""

    outcomes: Outcomes
    couples: list[Couple]
    golden: list[dict[str, str]]

    def differences(self, couple: Couple) -> Numbers:
        """The candidate's score minus the incumbent's, item by item."""
        return np.asarray(pair(self.outcomes, *couple).differences)


Sets = dict[str, OutcomeSet]


def main() -> int:
    """Measure and report."""
    parser = ArgumentParser(description="Check verdicts on real outcomes.")
    parser.add_argument("--data", type=Path, default=BESIDE, metavar="FOLDER")
    folder: Path = parser.parse_args().data
    if not (folder / "zeroeval" / "outcomes.csv").is_file():
        print(f"Skipped: there are no outcomes in {folder}; say --data FOLDER.")
        return 0
    sets = dict(outcome_sets(folder))
    goals: list[Goal] = []
    for measure in (golden, zero_discordant, coverage, clusters, degrees, peeking, stopping):
        begun = monotonic()
        goals += measure(sets)
        print(f"{measure.__name__}: {monotonic() - begun:.0f} s", file=sys.stderr)
    for null in (cluster_bets, unseen_clusters, rare_losses, weighted):
        begun = monotonic()
        goals += null()
        print(f"{null.__name__}: {monotonic() - begun:.0f} s", file=sys.stderr)
    return report(goals)


def outcome_sets(folder: Path) -> Iterator[tuple[str, OutcomeSet]]:
    """Every outcome set that is there, read as the command reads it."""
    with (folder / "zeroeval" / "pair_verdicts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcomes = read(folder / "zeroeval" / "outcomes.csv")
    yield "zeroeval", OutcomeSet(outcomes, [(row["open"], row["closed"]) for row in rows], rows)
    file_of = {name: folder / name / file for name, file in WIDE.items()}
    if file_of["mmlu_pro"].is_file():
        outcomes = read(file_of["mmlu_pro"], wide=True, cluster="src")
        open_models = [model for model in outcomes.models if model not in CLOSED]
        yield "mmlu_pro", OutcomeSet(outcomes, list(product(open_models, CLOSED)), [])
    if file_of["routellm_pair"].is_file():
        outcomes = read(file_of["routellm_pair"], wide=True)
        yield "routellm_pair", OutcomeSet(outcomes, [(outcomes.models[0], outcomes.models[1])], [])


def read(file: Path, *, wide: bool = False, **columns: str) -> Outcomes:
    """Outcomes as the command reads them."""
    rule = Rule(MARGIN, ALPHA, "holm", SEED)
    return read_outcomes(VerdictOrder(file, (), (), rule, wide=wide, columns=columns))


def golden(sets: Sets) -> list[Goal]:
    """Verdicts, p-values and intervals beside those of `pair_verdicts.csv`."""
    wrong, furthest, furthest_p, rows = 0, 0.0, 0.0, 0
    for row in sets["zeroeval"].golden:
        found = pair(sets["zeroeval"].outcomes, row["open"], row["closed"])
        interval = judge_pair(found, MARGIN, ALPHA, SEED).at_90
        ends = (interval.low, float(row["tango90_lo"])), (interval.high, float(row["tango90_hi"]))
        furthest = max(furthest, *(abs(ours - theirs) for ours, theirs in ends))
        for points in (2, 3, 5):
            judged = judge_pair(found, points / 100, ALPHA, SEED).judgement
            verdict = Verdict.NON_INFERIOR if judged.verdict is Verdict.SUPERIOR else judged.verdict
            wrong += NAMES[verdict] != row[f"verdict_{points}"]
            furthest_p = max(furthest_p, abs(judged.p_non_inferior - float(row[f"ni_p_{points}"])))
            rows += 1
    return [
        Goal(f"golden verdicts that differ, of {rows}", wrong, 0, 0, ""),
        Goal("golden Tango 90 % ends, furthest apart", furthest, 0, 5.1e-5, ""),
        Goal("golden p-values, furthest apart", furthest_p, 0, 5.1e-6, ""),
    ]


def zero_discordant(_sets: Sets) -> list[Goal]:
    """Tango's half width where none of 30 items differs."""
    found = BinaryComparison(PairedCounts(20, 0, 0, 10)).interval(0.95)
    return [Goal("half width, 30 items, none differs", found.width / 2, 0.11345, 0.11355, "")]


def coverage(sets: Sets) -> list[Goal]:
    """Coverage of the 95 % interval on items resampled from real pairs, enumerated exactly."""
    populations = shares_of(sets)
    cells = []
    for discordance, difference in product(DISCORDANCES, DIFFERENCES):
        if abs(difference) >= discordance:
            continue
        real = min(
            populations,
            key=lambda p: abs(p[0] + p[1] - discordance) + abs(p[0] - p[1] - difference),
        )
        cells += [(items, *real, exact_coverage(items, *real)) for items in SIZES]
    many = [cell[-1] for cell in cells if cell[0] * (cell[1] + cell[2]) >= 10.0]
    worst = min(cells, key=lambda cell: cell[-1])
    print(
        f"{len(cells)} cells; lowest coverage at {worst[0]} items, "
        f"{worst[1]:.1%} better and {worst[2]:.1%} worse",
        file=sys.stderr,
    )
    return [
        Goal(f"coverage of 95 %, least of {len(cells)} cells", worst[-1], 0.94, 1.0, ""),
        Goal(f"the same, 10 discordant or more, least of {len(many)}", min(many), 0.94, 0.965, ""),
        Goal("the same, 10 discordant or more, most", max(many), 0.94, 0.965, ""),
    ]


def shares_of(sets: Sets) -> list[tuple[float, float]]:
    """For real pairs, the shares of items on which only one or only the other passed."""
    found = []
    for outcomes in (found.outcomes for found in sets.values()):
        models = outcomes.models[:40]
        arms = [
            {item: answer.mean for item, answer in outcomes.answers[name].items()}
            for name in models
        ]
        for ours, theirs in product(arms, arms):
            common = ours.keys() & theirs.keys()
            if ours is theirs or len(common) < 1000:
                continue
            values = [ours[item] - theirs[item] for item in common]
            found.append((values.count(1.0) / len(values), values.count(-1.0) / len(values)))
    return found


def exact_coverage(items: int, better: float, worse: float) -> float:
    """The probability that the interval holds the difference, over all counts that may come."""
    truth, covered, total = better - worse, 0.0, 0.0
    for only_ours in likely(items, better):
        for only_theirs in likely(items, worse):
            if only_ours + only_theirs <= items:
                mass = trinomial(items, (only_ours, only_theirs), (better, worse))
                total += mass
                if mass > 1e-9:
                    covered += mass * interval_of(items, only_ours, only_theirs).contains(truth)
    return covered / total


def likely(items: int, share: float) -> range:
    """The counts within five standard deviations."""
    reach = 5.0 * sqrt(items * share * (1.0 - share)) + 5.0
    return range(max(0, int(items * share - reach)), min(items, int(items * share + reach)) + 1)


@cache
def interval_of(items: int, better: int, worse: int) -> Interval:
    """The product's interval at 95 %."""
    return BinaryComparison(PairedCounts(items - better - worse, better, worse, 0)).interval(0.95)


def trinomial(items: int, counts: tuple[int, int], shares: tuple[float, float]) -> float:
    """The probability of these counts."""
    rest, spare = items - sum(counts), 1.0 - sum(shares)
    ways = lgamma(items + 1) - lgamma(rest + 1) - sum(lgamma(count + 1) for count in counts)
    logs = sum(count * log(share) for count, share in zip(counts, shares, strict=True) if count)
    return exp(ways + logs + (rest * log(spare) if rest else 0.0))


def clusters(sets: Sets) -> list[Goal]:
    """Coverage where clusters are drawn whole: real ones, and ones made to agree much."""
    random = np.random.default_rng(SEED)
    found: list[tuple[float, float]] = []  # coverage and effective discordant items expected
    for count, size, (discordance, alike) in product(
        (5, 12, 40), (4, 15), ((0.1, 0.0), (0.2, 0.3), (0.4, 0.1))
    ):
        shares = np.array([(discordance - 0.05) / 2, (discordance + 0.05) / 2, 1 - discordance])
        effective = count * size * discordance / (1 + alike * (size - 1))
        found.append((drawn_coverage(made(random, shares, alike), count, size), effective))
    for real in real_clusters(sets):
        discordance = float(np.mean([np.mean(values != 0) for values in real]))
        found += [
            (
                drawn_coverage(resampled(random, real), count, 15, truth(real)),
                count * 15 * discordance,
            )
            for count in (5, 12, 40)
        ]
    least = min(found)[0]
    dense = [covered for covered, effective in found if effective >= 10.0]
    mean = float(np.mean(dense))
    return [
        Goal(f"clustered coverage of 95 %, least of {len(found)} cells", least, 0.94, 1.0, ""),
        Goal("the same, 10 effective or more, mean", mean, 0.94, 0.975, ""),
    ]


Draw = Callable[[int, int], list[Numbers]]


def made(random: np.random.Generator, shares: Numbers, alike: float) -> Draw:
    """Clusters whose shares vary so that items within agree by `alike`."""

    def draw(count: int, size: int) -> list[Numbers]:
        spread = (1.0 - alike) / alike if alike else 0.0
        own = random.dirichlet(spread * shares, count) if alike else np.tile(shares, (count, 1))
        return [random.choice([1.0, -1.0, 0.0], size, p=row / row.sum()) for row in own]

    return draw


def resampled(random: np.random.Generator, real: Sequence[Numbers]) -> Draw:
    """Clusters drawn from real ones, and items from each."""

    def draw(count: int, size: int) -> list[Numbers]:
        return [random.choice(real[k], size) for k in random.integers(0, len(real), count)]

    return draw


def truth(real: Sequence[Numbers]) -> float:
    """The mean difference where every cluster counts alike."""
    return float(np.mean([values.mean() for values in real]))


def real_clusters(sets: Sets) -> Iterator[list[Numbers]]:
    """The differences of some real pairs, by cluster."""
    for name in ("Meta-Llama-3_1-70B-Instruct", "c4ai-command-r-v01"):
        if "mmlu_pro" not in sets:
            return
        found = pair(sets["mmlu_pro"].outcomes, name, CLOSED[0])
        by_name: dict[str, list[float]] = {}
        for value, cluster in zip(found.differences, found.clusters or (), strict=True):
            by_name.setdefault(cluster, []).append(value)
        yield [np.asarray(values) for values in by_name.values() if len(values) >= 15]


def drawn_coverage(draw: Draw, count: int, size: int, mean: float = -0.05) -> float:
    """The share of samples whose clustered interval holds the mean."""
    rounds, covered = 1500, 0
    names = [place // size for place in range(count * size)]
    for _ in range(rounds):
        values = np.concatenate(draw(count, size)).tolist()
        covered += clustered_binary(values, names).interval(0.95).contains(mean)
    return covered / rounds


def degrees(sets: Sets) -> list[Goal]:
    """Coverage for scores by degrees: means of five real items stand for one."""
    random = np.random.default_rng(SEED)
    values = sets["zeroeval"].differences(sets["zeroeval"].couples[0])
    found = []
    for items in (10, 20, 50, 200):
        rounds, covered = 800, 0
        for _ in range(rounds):
            sample = random.choice(values, (items, 5)).mean(axis=1)
            covered += (
                ScoreComparison(tuple(sample.tolist())).interval(0.95).contains(values.mean())
            )
        found.append(covered / rounds)
    return [Goal("coverage of 95 %, scores by degrees, least of 4", min(found), 0.94, 1.0, "")]


def peeking(sets: Sets) -> list[Goal]:
    """False "non-inferior" where the truth is exactly the margin and one looks every 25 items."""
    random, goals = np.random.default_rng(SEED), []
    for name in sets:
        betting, fixed, rounds = 0, 0, 0
        for couple in sets[name].couples:
            values = sets[name].differences(couple)
            margin = -float(values.mean())
            if not 0.01 < margin < 0.2 or rounds >= 4000:
                continue
            samples = random.choice(values, (200, 500))
            found = replay(samples, margin, ALPHA, every=25)
            betting += found.decisions.count(SequentialDecision.GOOD)
            fixed += sum(fixed_passes(row, margin) for row in samples)
            rounds += len(samples)
        if rounds:
            goals.append(Goal(f"misled by betting, {name}", betting / rounds, 0.0, ALPHA, ""))
            goals.append(
                Goal(f"misled by a fixed test looked at so, {name}", fixed / rounds, 0.1, 0.3, "")
            )
    return goals


def fixed_passes(values: Numbers, margin: float) -> bool:
    """Whether Tango's test, looked at every 25 items, ever passes."""
    critical = one_sided_critical_value(ALPHA)
    better, worse = np.cumsum(values > 0), np.cumsum(values < 0)
    return any(
        score_z(better[seen - 1] / seen, worse[seen - 1] / seen, seen, -margin) > critical
        for seen in range(25, len(values) + 1, 25)
    )


def stopping(sets: Sets) -> list[Goal]:
    """What betting decides, with how many of the items, and how often the full data disagree."""
    goals = []
    for name, items in (("zeroeval", None), ("zeroeval", 500), ("mmlu_pro", 1000)):
        if name not in sets:
            continue
        decided, used, against, other_side = stops(sets, name, items)
        label = f"{name}, {items or 'all'} items"
        goals += [
            Goal(f"decided, {label}", decided, 0.75, 1.0, ""),
            Goal(f"share of the items used, {label}", used, 0.0, 0.4, ""),
            Goal(f"against the full data's verdict, {label}", against, 0.0, 0.005, ""),
            Goal(f"on the other side of the full data, {label}", other_side, 0.0, 0.005, ""),
        ]
    return goals


def stops(sets: Sets, name: str, items: int | None) -> tuple[float, ...]:
    """Means over pairs and orders: decided, share used, against the verdict, on the other side."""
    random, rows = np.random.default_rng(SEED), []
    for couple in sets[name].couples:
        values = sets[name].differences(couple)
        if items:
            values = random.choice(values, items, replace=False)
        orders = np.stack([random.permutation(values) for _ in range(ORDERS)])
        found = replay(orders, MARGIN, ALPHA)
        verdict, side = full(values), np.sign(values.mean() + MARGIN)
        for decision, stopped in zip(found.decisions, found.stopped_at, strict=True):
            said = _SIDES[decision]
            rows.append(
                (
                    said != 0,
                    (stopped or values.size) / values.size,
                    said * verdict < 0,
                    said * side < 0,
                )
            )
    return tuple(float(column) for column in np.mean(rows, axis=0))


_SIDES = {
    SequentialDecision.GOOD: 1,
    SequentialDecision.BAD: -1,
    SequentialDecision.UNDECIDED: 0,
}


def full(values: Numbers) -> int:
    """What all items say: 1 non-inferior, −1 inferior, 0 undecided."""
    better, worse = int(np.sum(values > 0)), int(np.sum(values < 0))
    interval = tango(PairedCounts(values.size - better - worse, better, worse, 0), 0.9)
    return 1 if interval.low > -MARGIN else -1 if interval.high < -MARGIN else 0


if __name__ == "__main__":
    sys.exit(main())
