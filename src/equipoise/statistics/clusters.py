"""A mean over items that come in clusters: its variance, its degrees of freedom, its design effect.

Knows sums of clusters only; does not know what was measured.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

_ROUNDS = 3
"""The correlation within clusters and the variance settle each other in two or three rounds."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ClusterTotals:
    """For each cluster how many items it counts as, and the sum of their values.

    `squares` is the sum of squared values over all items. Items may be weighted: then a cluster
    counts as the sum of its weights, which average 1 over all items, its values are summed with
    them, and so are the squares; `squared_weights` holds the sum of its squared weights. It is
    empty where every item counts as one.
    Raises ValueError if there is no cluster, one is empty or the lengths differ.
    """

    sizes: tuple[float, ...]
    sums: tuple[float, ...]
    squares: float
    squared_weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.sizes or len(self.sizes) != len(self.sums) or min(self.sizes) <= 0.0:
            raise ValueError(
                "clusters need a sum and at least one item each; "
                f"got {len(self.sizes)} sizes and {len(self.sums)} sums"
            )

    @classmethod
    def of(
        cls,
        values: Sequence[float],
        clusters: Iterable[Hashable],
        weights: Sequence[float] | None = None,
    ) -> ClusterTotals:
        """Add values up by the cluster each belongs to.

        Raises ValueError for unequal lengths or a weight that is not above 0 and finite.
        """
        shares = scaled(weights) if weights is not None else [1.0] * len(values)
        totals: dict[Hashable, tuple[float, float, float]] = {}
        for value, name, share in zip(values, clusters, shares, strict=True):
            size, total, squared = totals.get(name, (0.0, 0.0, 0.0))
            totals[name] = size + share, total + share * value, squared + share * share
        sizes, sums, squared_weights = zip(*totals.values(), strict=True) if totals else ((),) * 3
        squares = sum(share * value * value for value, share in zip(values, shares, strict=True))
        return cls(sizes, sums, squares, squared_weights if weights is not None else ())

    @property
    def items(self) -> float:
        """The number of items."""
        return sum(self.sizes)

    @property
    def independent(self) -> tuple[float, ...]:
        """For each cluster the variance of its sum if items of variance 1 were independent."""
        return self.squared_weights or self.sizes

    @property
    def equal_weight_size(self) -> float:
        """The cluster size an item meets on average: the design effect of perfect agreement."""
        return sum(size * size for size in self.sizes) / self.items

    @property
    def weight_effect(self) -> float:
        """The design effect of the weights alone; 1 where every item counts alike."""
        return sum(self.independent) / self.items


def scaled(weights: Sequence[float]) -> list[float]:
    """Weights over their mean; raises ValueError for one that is not above 0 and finite."""
    for weight in weights:
        if not 0.0 < weight < inf:
            raise ValueError(f"a weight must be above 0 and finite; got {weight}")
    mean = sum(weights) / len(weights) if weights else 1.0
    return [weight / mean for weight in weights]


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean over items, the variance of that mean, and what it rests on.

    `plain_variance` is the usual sandwich (CR1) with t on clusters − 1, for comparison;
    `item_variance` is of one item's value, `design_effect` at least 1.
    """

    mean: float
    variance: float
    degrees: float
    design_effect: float
    item_variance: float
    plain_variance: float
    clusters: int


def clustered_mean(totals: ClusterTotals) -> ClusteredMean:
    """Estimate a mean over clustered items; needs two clusters, raises ValueError below.

    The variance is the bias-reduced sandwich (CR2 under independence), scaled so that it is
    unbiased for items equally correlated within clusters; the degrees of freedom are
    Satterthwaite's under the same correlation, which is estimated from the design effect.
    Few or unequal clusters give few degrees. Of weighted items it is the ratio of weighted sums,
    whose variance is that of its linear part; a design effect is then that of the weights too.
    Source: Bell & McCaffrey 2002, Survey Methodology 28:169-181; Pustejovsky & Tipton 2018,
    Journal of Business & Economic Statistics 36:672-683; Kish 1965, Survey Sampling; Binder 1983,
    International Statistical Review 51:279-292 (linearised variance of weighted means).
    """
    sizes, items, count = totals.sizes, totals.items, len(totals.sizes)
    if count < 2:
        raise ValueError(f"a clustered mean needs at least two clusters; got {count}")
    mean = sum(totals.sums) / items
    gaps = [total - size * mean for size, total in zip(sizes, totals.sums, strict=True)]
    squares = [gap * gap for gap in gaps]
    plain = count / (count - 1) * sum(squares) / items**2
    reduced = sum(
        square / (1.0 - size / items) for size, square in zip(sizes, squares, strict=True)
    )
    reduced /= items**2
    spread = max(totals.squares - items * mean * mean, 0.0)
    weighing = totals.weight_effect
    independent = spread / (items * (items - 1)) * weighing
    largest = totals.equal_weight_size / weighing
    correlation, variance, degrees, effect = 0.0, reduced, count - 1.0, largest
    for _ in range(_ROUNDS if independent > 0.0 else 0):
        degrees, scale = _satterthwaite(sizes, correlation, totals.independent)
        variance = reduced * scale
        effect = max(1.0, variance / independent)
        alike = largest > 1.0 + _ROUNDING
        correlation = min(1.0, (effect - 1.0) / (largest - 1.0)) if alike else 0.0
    effect *= weighing
    return ClusteredMean(mean, variance, degrees, effect, spread / items, plain, count)


def _satterthwaite(
    sizes: Sequence[float], correlation: float, independent: Sequence[float]
) -> tuple[float, float]:
    """Degrees of freedom of the bias-reduced variance, and what makes it unbiased.

    Under equal correlation the cluster sums, less the mean, have a covariance that is a diagonal
    and two rank-one parts, so that traces come of sums over clusters.
    """
    items = sum(sizes)
    within = [
        alone * (1.0 - correlation) + correlation * size * size
        for size, alone in zip(sizes, independent, strict=True)
    ]
    total = sum(within)
    factor = [1.0 / (items * sqrt(1.0 - size / items)) for size in sizes]
    a = [c * phi for c, phi in zip(factor, within, strict=True)]
    b = [c * size / items for c, size in zip(factor, sizes, strict=True)]
    diagonal = [c * c * phi for c, phi in zip(factor, within, strict=True)]
    aa, bb = sum(x * x for x in a), sum(x * x for x in b)
    ab = sum(x * y for x, y in zip(a, b, strict=True))
    trace = sum(diagonal) - 2.0 * ab + total * bb
    cross = sum(d * (total * y * y - 2.0 * x * y) for d, x, y in zip(diagonal, a, b, strict=True))
    ranks = 2.0 * ab * ab + 2.0 * aa * bb - 4.0 * total * ab * bb + (total * bb) ** 2
    norm = sum(d * d for d in diagonal) + 2.0 * cross + ranks
    return trace * trace / norm, total / items**2 / trace
