"""The paired bootstrap for a ratio of means, such as cost per success. Needs numpy.

Knows resampling of items that stand for themselves; does not know clusters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval


def bootstrap_ratio_of_means(
    numerators: Sequence[float],
    denominators: Sequence[float],
    level: float,
    seed: int,
    resamples: int = 2000,
) -> Interval:
    """Return mean(numerators) / mean(denominators) with a percentile interval over items.

    Both are of shape (items,), finite and 0 or more; the unit is numerator per denominator, such
    as dollars per success. A resample without any success counts as infinite, so an end may be.
    Too narrow below a few hundred items (Bowyer et al. 2025, arXiv 2503.01747).
    Raises ValueError for unequal lengths, fewer than two items, values out of range, denominators
    that sum to 0, a level outside (0, 1) or fewer than 100 resamples.
    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, sections 10.3 and 13.3.
    """
    require_fraction("level", level, "0.95")
    if resamples < 100:
        raise ValueError(f"resamples must be at least 100, better 2000; got {resamples}")
    above, below = _vector(numerators, "numerators"), _vector(denominators, "denominators")
    if above.size != below.size or above.size < 2:
        raise ValueError(
            "numerators and denominators must be of the same items, at least 2; "
            f"got {above.size} and {below.size}"
        )
    if not below.any():
        raise ValueError("denominators must not all be 0: without one success there is no ratio")
    ratios = _resampled_ratios(above, below, np.random.default_rng(seed), resamples)
    tail = (1.0 - level) / 2.0
    estimate = float(above.sum() / below.sum())
    # Outward order statistics: interpolating towards an infinite ratio would not be a number.
    low = float(np.quantile(ratios, tail, method="lower"))
    high = float(np.quantile(ratios, 1.0 - tail, method="higher"))
    return Interval(estimate, min(low, estimate), max(high, estimate), level, "bootstrap")


def _vector(values: Sequence[float], name: str) -> NDArray[np.float64]:
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise ValueError(f"{name} must be one flat sequence; got shape {vector.shape}")
    wrong = vector[~(np.isfinite(vector) & (vector >= 0.0))]
    if wrong.size:
        raise ValueError(f"{name} must be finite and 0 or more; got {float(wrong[0])}")
    return vector


def _resampled_ratios(
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    generator: np.random.Generator,
    resamples: int,
) -> NDArray[np.float64]:
    # One resample at a time: an index matrix of resamples × items would not fit for long journals.
    ratios = np.full(resamples, np.inf)
    for row in range(resamples):
        drawn = generator.integers(0, above.size, above.size)
        denominator = below[drawn].sum()
        if denominator > 0.0:
            ratios[row] = above[drawn].sum() / denominator
    return ratios
