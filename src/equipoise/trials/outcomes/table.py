"""Outcomes gathered from rows: what each model scored on each item, checked row by row.

Knows one table; does not know which two of its models are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from sys import intern

from equipoise.errors import Problem
from equipoise.trials.outcomes.cells import ScoreRange, read_amount, read_score, read_weight
from equipoise.trials.outcomes.columns import Columns
from equipoise.trials.outcomes.problems import named, outcomes_error, shown
from equipoise.trials.outcomes.sheet import Cells, Sheet


@dataclass(slots=True)
class Answer:
    """What a model scored on an item, summed over repeats; cost and seconds where all have them."""

    score: float
    repeats: int
    cost: float | None
    seconds: float | None

    def add(self, other: Answer) -> None:
        """Take in one more repeat."""
        self.score += other.score
        self.repeats += other.repeats
        self.cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        if self.seconds is None or other.seconds is None:
            self.seconds = None
        else:
            self.seconds += other.seconds

    @property
    def mean(self) -> float:
        """The mean score."""
        return self.score / self.repeats


@dataclass(slots=True)
class Outcomes:
    """Every answer by model and item, where each item belongs, and what was noted on the way.

    `unmeasured` counts, by model, the rows without a score. `weights` say, by item, how much it
    counts; items that are not there count as one.
    """

    path: str
    answers: dict[str, dict[str, Answer]] = field(default_factory=dict)
    unmeasured: dict[str, int] = field(default_factory=dict)
    slices: dict[str, str] = field(default_factory=dict)
    clusters: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def models(self) -> list[str]:
        """The models in the order of the file."""
        return list(self.answers)


@dataclass(slots=True)
class _Gathering:
    """Rows being taken in, the repeats seen so far, and every row that could not be."""

    path: str
    columns: Columns
    scale: ScoreRange
    outcomes: Outcomes
    seen: dict[str, dict[str | tuple[str, str], int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, line: int, cells: Cells) -> None:
        item = intern(self.columns.text(cells, "item") or "")
        model = intern(self.columns.text(cells, "model") or "")
        missing = "item" if not item else "model" if not model else ""
        if missing:
            self._bad(line, missing, "is empty")
            return
        repeat = self.columns.text(cells, "repeat")
        key = (item, repeat) if repeat else item
        seen = self.seen.setdefault(model, {})
        if key in seen:
            reason = f"{shown(model)} answered it on line {seen[key]} already"
            self._bad(line, shown(item), reason, _ONCE)
            return
        seen[key] = line
        self._place(line, item, cells)
        self._weigh(line, item, cells)
        answer = self._answer(line, cells)
        known = self.outcomes.answers.setdefault(model, {})
        if answer is None:
            self.outcomes.unmeasured[model] = self.outcomes.unmeasured.get(model, 0) + 1
        elif item in known:
            known[item].add(answer)
        else:
            known[item] = answer

    def _answer(self, line: int, cells: Cells) -> Answer | None:
        score = None
        try:
            score = read_score(self.columns.text(cells, "score") or "", self.scale)
        except ValueError as error:
            advice = "Say --score-range LOW:HIGH for scores of another range."
            self._bad(line, "score", str(error), advice if "outside" in str(error) else "")
        amounts: dict[str, float | None] = {}
        for role in ("cost", "latency"):
            try:
                amounts[role] = read_amount(self.columns.text(cells, role))
            except ValueError as error:
                self._bad(line, role, str(error))
        seconds = amounts.get("latency")
        seconds = None if seconds is None else seconds * self.columns.seconds
        return None if score is None else Answer(score, 1, amounts.get("cost"), seconds)

    def _place(self, line: int, item: str, cells: Cells) -> None:
        """Note an item's slice and cluster, which must be the same in all its rows."""
        for role, known in (("slice", self.outcomes.slices), ("cluster", self.outcomes.clusters)):
            name = self.columns.text(cells, role)
            if not name:
                if role == "cluster" and name is not None:
                    self._bad(line, role, "is empty", "Give an item of no cluster one of its own.")
                continue
            above = known.setdefault(item, intern(name))
            if above != name:
                reason = f"is of '{shown(above)}' in rows above, here '{shown(name)}'"
                self._bad(line, role, f"{shown(item)} {reason}")

    def _weigh(self, line: int, item: str, cells: Cells) -> None:
        """Note how much an item counts, which must be the same in all its rows."""
        text = self.columns.text(cells, "weight")
        if text is None:
            return
        try:
            weight = read_weight(text)
        except ValueError as error:
            self._bad(line, "weight", str(error))
            return
        above = self.outcomes.weights.setdefault(item, weight)
        if above != weight:
            self._bad(
                line, "weight", f"{shown(item)} weighs {above:g} in rows above, here {weight:g}"
            )

    def _bad(self, line: int, key: str, reason: str, advice: str = "") -> None:
        self.problems.append(Problem(self.path, line, key, reason, advice))


_ONCE = "Give repeats a column `repeat`, or leave one of the rows out."


def gather(sheet: Sheet, path: str, columns: Columns, scale: ScoreRange) -> Outcomes:
    """Take every row in; raises ConfigurationError with all rows that cannot be."""
    gathering = _Gathering(path, columns, scale, Outcomes(path, notes=list(columns.notes)))
    for line, cells in sheet.rows:
        gathering.take(line, cells)
    if sheet.problems or gathering.problems:
        raise outcomes_error(named([*sheet.problems, *gathering.problems]))
    return checked(gathering.outcomes)


def checked(outcomes: Outcomes) -> Outcomes:
    """The outcomes, with a note on what they are; raises ConfigurationError if there is none."""
    if not any(outcomes.answers.values()):
        raise outcomes_error([Problem(outcomes.path, None, "", "holds no row with a score")])
    most = max(answer.repeats for known in outcomes.answers.values() for answer in known.values())
    if most > 1:
        outcomes.notes.append(
            f"Up to {most} repeats of an item are averaged; the item is the unit."
        )
    return outcomes
