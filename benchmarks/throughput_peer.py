"""NVIDIA's aiconfigurator on the rows that `throughput.py` scores, and ours beside it.

Two steps, as the peer needs 851 MB and an environment of its own:

    python -m venv peer && peer/bin/pip install aiconfigurator==0.12.0
    peer/bin/python benchmarks/throughput_peer.py ask --data FOLDER --rows 160 --to peer.csv
    .venv/bin/python benchmarks/throughput_peer.py compare --data FOLDER --to peer.csv

Its database is of newer versions of the engines than the measurements, which it refuses by name:
it is asked with its default ones. The sample takes rows in turn from every combination of model,
system, engine and precision.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain, zip_longest
from pathlib import Path
from statistics import median

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "throughput"
_STRATA = ("model_path", "system", "backend", "precision")
_STRIDE = 7  # neighbours in the file differ in the batch only
_HEAD = ("id", "tpot_ms", "ttft_ms", "seconds", "reason")
Row = Mapping[str, str]


def main() -> int:
    """One of the two steps."""
    parser = ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("step", choices=("ask", "compare"))
    parser.add_argument("--data", type=Path, default=BESIDE, metavar="FOLDER")
    parser.add_argument("--rows", type=int, default=160)
    parser.add_argument("--to", type=Path, default=Path("peer.csv"), metavar="FILE")
    chosen = parser.parse_args()
    if not (chosen.data / "silicon_points.csv").is_file():
        print(f"no measurements to compare with: there is no silicon_points.csv in {chosen.data}")
        return 0
    return ask(chosen) if chosen.step == "ask" else compare(chosen)


def read(table: Path) -> list[dict[str, str]]:
    """The rows of a file."""
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sample(rows: Sequence[Row], count: int) -> list[Row]:
    """So many rows, in turn from each stratum, every seventh of it first."""
    strata: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["mode"] == "agg" and row["attention_dp_size"] in {"", "1"}:
            strata[tuple(row[name] for name in _STRATA)].append(row)
    spaced = (
        [row for first in range(_STRIDE) for row in strata[key][first::_STRIDE]]
        for key in sorted(strata)
    )
    turns = zip_longest(*spaced)
    return [row for row in chain.from_iterable(turns) if row is not None][:count]


def degrees(row: Row) -> dict[str, int]:
    """Parallelism as the peer wants it: both expert degrees multiply to the devices."""
    tensor, wide, spread = (
        int(row[name] or 1) for name in ("tp_size", "moe_tp_size", "moe_ep_size")
    )
    if row["attention_dp_size"] and wide == spread > 1 and tensor == wide * spread:
        tensor, wide = spread, 1  # the square of the devices stands there
    groups = max(1, wide * spread // tensor)
    return {
        "tp_size": tensor,
        "attention_dp_size": groups,
        "moe_tp_size": wide,
        "moe_ep_size": spread,
    }


def ask(chosen: Namespace) -> int:
    """Run the peer on a sample and write what it says, failures too."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    estimate = import_module("aiconfigurator.cli.api").cli_estimate
    rows = sample(read(chosen.data / "silicon_points.csv"), chosen.rows)
    with chosen.to.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_HEAD)
        for row in rows:
            table.writerow(one(estimate, row))
            file.flush()
    return 0


def one(estimate: object, row: Row) -> tuple[object, ...]:
    """What the peer says of one row, and how long it took; a row it fails on has the reason."""
    if not callable(estimate):
        raise TypeError("the peer has no estimate to call")
    started = time.perf_counter()
    share = 0.9 if row["attention_dp_size"] else 1.0  # lengths are drawn there, as for ours
    try:
        said = estimate(
            row["model_path"],
            row["system"],
            backend_name=row["backend"],
            isl=int(share * int(row["isl"])),
            osl=int(share * int(row["osl"])),
            batch_size=int(row["batch_size"]),
            gemm_quant_mode=row["gemm_quant_mode"] or None,
            moe_quant_mode=row["moe_quant_mode"] or None,
            **degrees(row),
        )
    except refusals() as why:
        return (
            row["id"],
            "",
            "",
            time.perf_counter() - started,
            f"{type(why).__name__}: {why}"[:120],
        )
    return row["id"], said.tpot, said.ttft, time.perf_counter() - started, ""


def refusals() -> tuple[type[Exception], ...]:
    """What the peer may raise: errors of its own packages, and the built-in ones it lets out."""
    own = tuple(kind for kind in Exception.__subclasses__() if "aiconfigurator" in kind.__module__)
    return *own, ArithmeticError, AssertionError, LookupError, OSError, RuntimeError, ValueError


def compare(chosen: Namespace) -> int:
    """Both on the rows that the peer answered: medians of |estimate/true - 1|."""
    said = {row["id"]: row for row in read(chosen.to)}
    answered = {name: float(row["tpot_ms"]) for name, row in said.items() if row["tpot_ms"]}
    ours = dict(left_out(chosen.data))
    true = {row["id"]: row for row in read(chosen.data / "silicon_points.csv")}
    names = [name for name in answered if name in ours]
    print(f"asked {len(said)}, answered {len(answered)}, both {len(names)}")
    print(f"{'time per token':<28}{'rows':>6}{'ours':>8}{'peer':>8}")
    groups = defaultdict(list)
    for name in names:
        groups[true[name]["system"]].append(name)
        groups["all"].append(name)
    for group, members in groups.items():
        errors = [
            median(abs(made[name] / float(true[name]["silicon_tpot_ms"]) - 1) for name in members)
            for made in (ours, answered)
        ]
        print(f"{group:<28}{len(members):>6}{errors[0]:>8.1%}{errors[1]:>8.1%}")
    seconds = median(float(said[name]["seconds"]) for name in answered)
    print(f"the peer took {seconds:.2f} s an estimate")
    return 0


def left_out(data: Path) -> Iterator[tuple[str, float]]:
    """Ours, in milliseconds by row, from a fit without the row's architecture."""
    np = import_module("numpy")
    calibrate = import_module("equipoise.economics.throughput.calibrate")
    points = import_module("equipoise.economics.throughput.points").points
    silicon = [(row["id"], *points([row])) for row in read(data / "silicon_points.csv")]
    others = points(row for row in read(data / "measurements.csv") if row["id"][:4] != "aic:")
    kept = [row for row in silicon if len(row) > 1 and row[1].deployment.attention_data == 1]
    measured = [*(row[1] for row in kept), *others]
    problem = calibrate.pose(measured)
    start = calibrate.solve(problem, np.ones(len(problem.points), dtype=bool))
    groups = np.array([point.architecture for point in problem.points])
    token, _ = calibrate.left_out(problem, start, groups)
    for row, value in zip(kept, np.exp(token), strict=False):
        yield row[0], 1000 * float(value)


if __name__ == "__main__":
    sys.exit(main())
