"""Many tests at once: adjusted p-values and e-values. Knows no test that made them."""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.statistics.fraction import require_fraction


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values in input order; those <= alpha keep any false claim below alpha.

    Valid under any dependence. Use it for "may replace". Raises ValueError outside [0, 1].
    Source: Holm 1979, Scandinavian Journal of Statistics 6:65-70.
    """
    _require_probabilities(p_values)
    count = len(p_values)
    adjusted = [0.0] * count
    running = 0.0
    for rank, index in enumerate(sorted(range(count), key=p_values.__getitem__)):
        running = max(running, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = running
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values in input order; those <= alpha hold the false discovery rate there.

    Valid for independent or positively dependent tests. Use it for a shortlist, not for "may
    replace". Raises ValueError outside [0, 1].
    Source: Benjamini & Hochberg 1995, JRSS-B 57:289-300.
    """
    _require_probabilities(p_values)
    count = len(p_values)
    adjusted = [0.0] * count
    running = 1.0
    ascending = sorted(range(count), key=p_values.__getitem__)
    for rank in range(count, 0, -1):
        index = ascending[rank - 1]
        running = min(running, p_values[index] * (count / rank))
        adjusted[index] = running
    return tuple(adjusted)


def e_benjamini_hochberg(e_values: Sequence[float], alpha: float) -> tuple[bool, ...]:
    """Return, in input order, which hypotheses are rejected with false discovery rate <= alpha.

    Valid under any dependence and at any stopping time, for the e-values of `sequential`.
    Raises ValueError for an alpha outside (0, 1) or an e-value that is negative or not a number.
    Source: Wang & Ramdas 2022, JRSS-B 84:822-852 (the e-BH procedure).
    """
    require_fraction("alpha", alpha, "0.05")
    for value in e_values:
        if not value >= 0.0:
            raise ValueError(f"an e-value must be 0 or more; got {value}")
    count = len(e_values)
    threshold = float("inf")
    rejects_any = False
    for rank, value in enumerate(sorted(e_values, reverse=True), start=1):
        if rank * value >= count / alpha:
            threshold, rejects_any = value, True
    return tuple(rejects_any and value >= threshold for value in e_values)


def _require_probabilities(p_values: Sequence[float]) -> None:
    for value in p_values:
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"a p-value must lie between 0 and 1; got {value}")
