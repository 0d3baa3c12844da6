"""Outcomes with a column a model and a row an item. Knows that shape only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.errors import Problem
from equipoise.trials.outcomes.cells import (
    ScoreRange,
    is_number,
    is_yes_or_no,
    read_score,
    read_weight,
)
from equipoise.trials.outcomes.columns import Columns, find_columns
from equipoise.trials.outcomes.problems import named, outcomes_error, shown
from equipoise.trials.outcomes.sheet import Cells, Sheet
from equipoise.trials.outcomes.table import Answer, Outcomes, checked

_ROLES = ("item", "slice", "cluster", "weight")
_STRAY = 0.1
"""Of the numbers in a column of yes and no this share may be another: a slip, and an error."""
_LISTED = 8
_NAME_THEM = "Mend it, or name the columns that are models: --model NAME, again for each."


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table held whole: its rows, and the item of each."""

    path: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Cells]]
    items: Sequence[str]
    scale: ScoreRange


def gather_wide(
    sheet: Sheet,
    path: str,
    given: Mapping[str, str],
    scale: ScoreRange,
    models: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Outcomes:
    """Take a table in whose columns are models.

    `models` are all the columns that are models, where they were named. Where not, those of `also`
    are, and every column of yes and no; one of other numbers or of words is none, and one of yes
    and no and what is no score stops the verdict. A table without a column for the item has an
    item a row. Raises ConfigurationError with all cells that cannot be taken in.
    """
    columns, problems = find_columns(sheet.header, given, path, needed=())
    if columns is None:
        raise outcomes_error(problems)
    rows = list(sheet.rows)
    items = [columns.text(cells, "item") or f"row {line}" for line, cells in rows]
    grid = _Grid(path, sheet.header, rows, items, scale)
    outcomes = Outcomes(path)
    problems += [*sheet.problems, *_repeated(grid), *_placed(grid, columns, outcomes)]
    problems += [
        Problem(path, 1, shown(name), "is no column", f"There are: {', '.join(sheet.header)}.")
        for name in models
        if name not in sheet.header
    ]
    placed = {columns.places[role] for role in _ROLES if role in columns.places}
    places = [place for place in range(len(sheet.header)) if place not in placed]
    chosen = [
        place
        for place in places
        if (sheet.header[place] in models if models else _is_model(grid, place, also))
    ]
    for place in chosen:
        found, bad = _column(grid, place, models)
        problems += bad
        outcomes.answers[sheet.header[place]] = found
        outcomes.unmeasured[sheet.header[place]] = len(rows) - len(found)
    if problems:
        raise outcomes_error(named(problems))
    if not chosen:
        advice = "Name the columns that are models: --model NAME, again for each."
        raise outcomes_error([Problem(path, 1, "", "has no column of yes or no", advice)])
    outcomes.notes += _notes(grid, columns, [place for place in places if place not in chosen])
    if not models:
        outcomes.notes.append(_models_note(outcomes))
    return checked(outcomes)


def _models_note(outcomes: Outcomes) -> str:
    first, rest = outcomes.models[:_LISTED], len(outcomes.models) - _LISTED
    return f"Models: {', '.join(first)}{f' and {rest} more' if rest > 0 else ''}."


def _is_model(grid: _Grid, place: int, also: Sequence[str]) -> bool:
    """Whether a column is a model, or was meant to be: its scores are yes or no, all but a few."""
    if grid.header[place] in also:
        return True
    texts = [cells[place].strip() for _, cells in grid.rows]
    scores = sum(map(is_yes_or_no, texts))
    others = sum(is_number(text) and not is_yes_or_no(text) for text in texts)
    return scores > 0 and others <= _STRAY * (scores + others)


def _column(
    grid: _Grid, place: int, models: Sequence[str]
) -> tuple[dict[str, Answer], list[Problem]]:
    found: dict[str, Answer] = {}
    problems: list[Problem] = []
    for item, (line, cells) in zip(grid.items, grid.rows, strict=True):
        try:
            score = read_score(cells[place].strip(), grid.scale)
        except ValueError as error:
            advice = "" if models else _NAME_THEM
            problems.append(Problem(grid.path, line, grid.header[place], str(error), advice))
            continue
        if score is not None:
            found[item] = Answer(score, 1, None, None)
    return found, problems


def _placed(grid: _Grid, columns: Columns, outcomes: Outcomes) -> list[Problem]:
    """Note where each item belongs and how much it counts."""
    problems: list[Problem] = []
    for item, (line, cells) in zip(grid.items, grid.rows, strict=True):
        slice_, cluster, weight = (
            columns.text(cells, role) for role in ("slice", "cluster", "weight")
        )
        if slice_:
            outcomes.slices[item] = slice_
        if cluster is not None:
            outcomes.clusters[item] = cluster or item
        if weight is None:
            continue
        try:
            outcomes.weights[item] = read_weight(weight)
        except ValueError as error:
            problems.append(Problem(grid.path, line, "weight", str(error)))
    return problems


def _notes(grid: _Grid, columns: Columns, left: Sequence[int]) -> list[str]:
    taken = [
        f"{grid.header[columns.places[role]]} as {role}"
        for role in _ROLES
        if role in columns.places
    ]
    notes = [f"Read {', '.join(taken)}."] if taken else []
    if left:
        notes.append(f"No models: {', '.join(grid.header[place] for place in left)}.")
    return notes


def _repeated(grid: _Grid) -> list[Problem]:
    seen: dict[str, int] = {}
    problems: list[Problem] = []
    for item, (line, _) in zip(grid.items, grid.rows, strict=True):
        if item in seen:
            reason = f"is an item on line {seen[item]} already"
            problems.append(Problem(grid.path, line, shown(item), reason))
        seen.setdefault(item, line)
    return problems
