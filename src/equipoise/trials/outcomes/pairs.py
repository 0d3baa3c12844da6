"""Two models side by side on the items that both have answered. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from equipoise.errors import NotFoundError, Problem
from equipoise.statistics import PairedCounts
from equipoise.trials.outcomes.problems import outcomes_error
from equipoise.trials.outcomes.table import Answer, Outcomes


@dataclass(frozen=True)
class Pair:
    """The answers of two models, item by item in the same order, and who left what out.

    `clusters` is None where no two items share one, though clusters were named where `clustered`
    is true. `weights` are None where every item counts alike. `only_*` count items that the other
    model has no score for; `unmeasured_*` rows without a score.
    """

    candidate: str
    incumbent: str
    items: tuple[str, ...]
    ours: tuple[Answer, ...]
    theirs: tuple[Answer, ...]
    clusters: tuple[str, ...] | None
    slices: tuple[str, ...] | None
    only_candidate: int = 0
    only_incumbent: int = 0
    unmeasured_candidate: int = 0
    unmeasured_incumbent: int = 0
    clustered: bool = False
    weights: tuple[float, ...] | None = None

    @cached_property
    def differences(self) -> list[float]:
        """The candidate's score minus the incumbent's, item by item."""
        return [
            ours.mean - theirs.mean for ours, theirs in zip(self.ours, self.theirs, strict=True)
        ]

    @cached_property
    def binary(self) -> bool:
        """Whether every score is 0 or 1."""
        return all(answer.mean in {0.0, 1.0} for answer in (*self.ours, *self.theirs))

    @cached_property
    def rates(self) -> tuple[float, float]:
        """The mean scores of the candidate and of the incumbent, by weight where there are any."""
        weights = self.weights or (1.0,) * len(self.items)
        total = sum(weights)
        ours, theirs = (
            sum(weight * answer.mean for weight, answer in zip(weights, arm, strict=True)) / total
            for arm in (self.ours, self.theirs)
        )
        return ours, theirs

    @cached_property
    def counts(self) -> PairedCounts | None:
        """How many items both, one or none passed; None where scores are not yes or no."""
        if not self.binary:
            return None
        return PairedCounts.from_outcomes(
            [answer.mean == 1.0 for answer in self.ours],
            [answer.mean == 1.0 for answer in self.theirs],
        )

    def of(self, places: Sequence[int]) -> Pair:
        """The same pair on some of the items, by their places."""
        ours, theirs = (tuple(arm[k] for k in places) for arm in (self.ours, self.theirs))
        clusters = None if self.clusters is None else tuple(self.clusters[k] for k in places)
        items = tuple(self.items[k] for k in places)
        weights = None if self.weights is None else tuple(self.weights[k] for k in places)
        return Pair(
            self.candidate,
            self.incumbent,
            items,
            ours,
            theirs,
            several(clusters),
            None,
            clustered=self.clustered,
            weights=uneven(weights),
        )


def several(clusters: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The clusters, or None where no two items share one."""
    return clusters if clusters is not None and len(set(clusters)) < len(clusters) else None


def uneven(weights: tuple[float, ...] | None) -> tuple[float, ...] | None:
    """The weights, or None where all are the same."""
    return weights if weights is not None and len(set(weights)) > 1 else None


def known(outcomes: Outcomes, model: str) -> str:
    """The model's name; raises NotFoundError with the nearest names where there is none."""
    if model in outcomes.answers:
        return model
    folded = {name.casefold(): name for name in outcomes.models}
    close = get_close_matches(model.casefold(), folded, 3, 0.5)
    advice = " or ".join(repr(folded[name]) for name in close)
    raise NotFoundError(
        f"{outcomes.path} holds no model {model!r}",
        hint=f"Did you mean {advice}?" if advice else f"There are: {', '.join(outcomes.models)}.",
    )


def pair(outcomes: Outcomes, candidate: str, incumbent: str) -> Pair:
    """Pair two models on the items that both have a score for, in the file's order.

    Raises NotFoundError for an unknown model, ConfigurationError where they share no item.
    """
    ours, theirs = (outcomes.answers[known(outcomes, name)] for name in (candidate, incumbent))
    items = tuple(item for item in ours if item in theirs)
    if not items:
        reason = f"{candidate} and {incumbent} have a score for no item in common"
        raise outcomes_error([Problem(outcomes.path, None, "", reason)])
    clusters = tuple(outcomes.clusters.get(item, item) for item in items)
    slices = tuple(outcomes.slices.get(item, "") for item in items)
    return Pair(
        candidate,
        incumbent,
        items,
        tuple(ours[item] for item in items),
        tuple(theirs[item] for item in items),
        several(clusters),
        slices if any(slices) else None,
        len(ours) - len(items),
        len(theirs) - len(items),
        outcomes.unmeasured.get(candidate, 0),
        outcomes.unmeasured.get(incumbent, 0),
        bool(outcomes.clusters),
        uneven(tuple(outcomes.weights.get(item, 1.0) for item in items)),
    )
