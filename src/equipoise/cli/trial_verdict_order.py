"""The options of `equipoise trial verdict` as an order, or as what is wrong with them."""

from __future__ import annotations

from math import isfinite, isnan
from pathlib import Path
from typing import cast

import click

from equipoise.trials.outcomes.all_pairs import Rule
from equipoise.trials.outcomes.cells import ScoreRange
from equipoise.trials.outcomes.columns import ALIASES
from equipoise.trials.outcomes.verdict import VerdictOrder


def verdict_order(options: dict[str, object]) -> VerdictOrder:
    """Check what options say together; raises click.UsageError."""
    candidates = tuple(dict.fromkeys(cast("tuple[str, ...]", options["candidates"])))
    incumbents = tuple(dict.fromkeys(cast("tuple[str, ...]", options["incumbents"])))
    all_pairs = bool(options["all_pairs"])
    many = all_pairs or len(candidates) > 1 or len(incumbents) > 1
    sequential = bool(options["sequential"])
    every = cast("int | None", options["every"])
    correction = cast("str", options["correction"])
    for name in ("margin", "alpha"):
        if isnan(cast("float", options[name])):
            raise click.BadParameter("nan is no number", param_hint=f"--{name}")
    if not all_pairs and not (candidates and incumbents):
        raise click.UsageError("Name a --candidate and an --incumbent, or ask for --all-pairs.")
    if candidates and len({*candidates, *incumbents}) == 1 and incumbents:
        raise click.UsageError("--candidate and --incumbent are the same model.")
    if every is not None and not sequential:
        raise click.UsageError("--every says how often --sequential looks; ask for both.")
    if options["models"] and not options["wide"]:
        raise click.UsageError("--model names the columns of a --wide file; ask for both.")
    if sequential and many:
        raise click.UsageError(
            "--sequential is for one pair; of many, --correct e-bh rests on e-values."
        )
    if correction == "e-bh" and not many:
        raise click.UsageError("--correct e-bh is for many pairs; slices are corrected by Holm.")
    rule = Rule(
        cast("float", options["margin"]),
        cast("float", options["alpha"]),
        correction,
        cast("int", options["seed"]),
    )
    return VerdictOrder(
        Path(cast("str", options["file"])),
        candidates,
        incumbents,
        rule,
        all_pairs=many,
        every=(every or 1) if sequential else None,
        scale=_scale(cast("str | None", options["score_range"])),
        columns=_columns(cast("tuple[str, ...]", options["columns"])),
        wide=bool(options["wide"]),
        models=cast("tuple[str, ...]", options["models"]),
        largest_cluster=cast("int | None", options["largest_cluster"]),
    )


def _scale(text: str | None) -> ScoreRange:
    if text is None:
        return ScoreRange()
    low, colon, high = text.partition(":")
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = 0.0, 0.0
    if not colon or not all(map(isfinite, ends)) or ends[0] >= ends[1]:
        raise click.BadParameter(
            f"{text!r} is no range; write such as 0:10", param_hint="--score-range"
        )
    return ScoreRange(*ends)


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in pairs:
        role, equals, name = text.partition("=")
        if not equals or not name or role not in ALIASES:
            raise click.BadParameter(
                f"{text!r}; write ROLE=NAME, with a role of {', '.join(ALIASES)}",
                param_hint="--column",
            )
        found[role] = name
    return found
