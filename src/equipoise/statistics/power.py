"""How many items a trial needs. Knows the planner's assumptions only, never an outcome."""

from __future__ import annotations

from math import ceil, sqrt

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.normal import one_sided_critical_value, power_quantile
from equipoise.statistics.paired import score_variance


def paired_sample_size(
    discordance: float, difference: float, margin: float, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Return the items needed to prove a candidate non-inferior by `margin`.

    `discordance` is the share of items on which the arms will differ, in (0, 1]; `difference` the
    assumed candidate − incumbent. n = (p − D²)(z_alpha + z_power)² / (D + m)², but never fewer
    than the expected counts themselves need to pass Tango's test. The formula takes the variance
    at the assumed difference for that at the margin too, where it is larger: with a discordance of
    5 % and a margin of 5 points its 124 items have a power of 0.71, and 167 would have 0.84; with
    20 % its 495 have 0.795.
    Raises ValueError if the difference is at or below −margin, where no number of items helps.
    Source: Miller 2024, arXiv 2411.00640, section 5 (power); Liu et al. 2002, Statistics in
    Medicine 21:231-245 (score test for paired non-inferiority).
    """
    critical, reach = one_sided_critical_value(alpha), power_quantile(power)
    require_fraction("margin", margin, "0.05 for five points")
    if not 0.0 < discordance <= 1.0:
        raise ValueError(f"discordance must be above 0 and at most 1; got {discordance}")
    if not abs(difference) <= discordance:
        raise ValueError(
            f"difference cannot exceed the discordance {discordance} in size; got {difference}"
        )
    slack = difference + margin
    if slack <= 0.0:
        raise ValueError(
            f"no sample proves non-inferiority at margin {margin} with an assumed difference of "
            f"{difference}; assume more than {-margin} or widen the margin"
        )
    formula = (discordance - difference**2) * (critical + reach) ** 2 / slack**2
    # Exchanged arms, because score_variance wants its difference positive.
    at_margin = score_variance(
        (discordance - difference) / 2.0, (discordance + difference) / 2.0, margin
    )
    return ceil(max(formula, at_margin * critical**2 / slack**2))


def floor_sample_size(
    assumed_rate: float, floor: float, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Return the items needed to prove that a rate reaches `floor`, if it is `assumed_rate`.

    Raises ValueError if the assumed rate is at or below the floor, where no number helps.
    Source: Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, 3rd edition:
    n = ((z_alpha √(f(1−f)) + z_power √(r(1−r))) / (r − f))².
    """
    critical, reach = one_sided_critical_value(alpha), power_quantile(power)
    require_fraction("floor", floor, "0.9 for 90 %")
    if not floor < assumed_rate <= 1.0:
        raise ValueError(
            f"assumed_rate must be above the floor {floor} and at most 1; got {assumed_rate}"
        )
    spread = critical * sqrt(floor * (1.0 - floor))
    spread += reach * sqrt(assumed_rate * (1.0 - assumed_rate))
    return ceil((spread / (assumed_rate - floor)) ** 2)


def paired_items_needed(
    variance: float,
    distance: float,
    *,
    design_effect: float = 1.0,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int | None:
    """Return the items that prove a mean difference to lie beyond a bound, `distance` away.

    `variance` is of one item's difference, as a pilot shows it, and `distance` the estimate minus
    the bound, positive on the side that is to be proven: n = DEFF·variance·(z_alpha + z_power)² /
    distance². None where the distance is not positive: on that side no number of items helps.
    Raises ValueError for a negative variance or a design effect below 1.
    Source: Miller 2024, arXiv 2411.00640, section 5; Kish 1965, Survey Sampling (design effect).
    """
    critical, reach = one_sided_critical_value(alpha), power_quantile(power)
    if not variance >= 0.0 or not design_effect >= 1.0:
        raise ValueError(
            "variance must be 0 or more and a design effect 1 or more; "
            f"got {variance} and {design_effect}"
        )
    if distance <= 0.0:
        return None
    # What never differed still bounds a score of [−1, 1] no faster than z²/(n + z²).
    unseen = critical**2 * (1.0 - min(distance, 1.0)) / distance
    return ceil(design_effect * max(variance * (critical + reach) ** 2 / distance**2, unseen))
