"""Small tables of outcomes as files, and orders on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from equipoise.errors import ConfigurationError
from equipoise.trials.outcomes.all_pairs import Rule
from equipoise.trials.outcomes.cells import ScoreRange
from equipoise.trials.outcomes.verdict import VerdictOrder, make_verdict, read_outcomes

RULE = Rule(0.05, 0.05, "holm", 1)
BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "outcomes"


def write(folder: Path, *lines: str, name: str = "outcomes.csv") -> Path:
    """A file of lines."""
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def order(
    file: Path,
    candidates: Sequence[str] = ("a",),
    incumbents: Sequence[str] = ("b",),
    rule: Rule = RULE,
    scale: ScoreRange | None = None,
    **more: str | bool | int | dict[str, str] | tuple[str, ...],
) -> VerdictOrder:
    """An order for two models called a and b."""
    wide, every = bool(more.get("wide")), more.get("every")
    columns, models, largest = (more.get(name) for name in ("columns", "models", "largest"))
    return VerdictOrder(
        file,
        tuple(candidates),
        tuple(incumbents),
        rule,
        all_pairs=bool(more.get("all_pairs")),
        every=every if isinstance(every, int) else None,
        scale=scale or ScoreRange(),
        columns=columns if isinstance(columns, dict) else {},
        wide=wide,
        models=models if isinstance(models, tuple) else (),
        largest_cluster=largest if isinstance(largest, int) else None,
    )


def pairs_of(better: int, worse: int, alike: int) -> list[str]:
    """Rows in which only a, only b, or both passed."""
    kinds = [("1", "0")] * better + [("0", "1")] * worse + [("1", "1")] * alike
    rows = [
        f"q{k},{name},{score}"
        for k, kind in enumerate(kinds)
        for name, score in zip("ab", kind, strict=True)
    ]
    return ["item,model,score", *rows]


def problems_of(asked: VerdictOrder) -> list[str]:
    """What is wrong with a file, each problem as it is printed, without the folder."""
    try:
        make_verdict(asked)
    except ConfigurationError as error:
        return [str(problem).removeprefix(f"{asked.file.parent}/") for problem in error.problems]
    return []


__all__ = ["BESIDE", "RULE", "order", "pairs_of", "problems_of", "read_outcomes", "write"]
