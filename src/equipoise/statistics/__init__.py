"""Statistics of trials: is it good enough, is it no worse, may we stop, how many items.

Re-exports what needs the standard library only. `exact` (scipy) and `resampling` (numpy) are
imported by name, so that a command that needs neither does not wait for them.
"""

from __future__ import annotations

from equipoise.statistics.interval import Interval
from equipoise.statistics.multiplicity import benjamini_hochberg, e_benjamini_hochberg, holm
from equipoise.statistics.noninferiority import (
    FloorStatus,
    FloorVerdict,
    NonInferiority,
    Verdict,
    floor_verdict,
    verdict,
)
from equipoise.statistics.paired import PairedCounts, mcnemar_exact, tango, tango_z
from equipoise.statistics.power import floor_sample_size, paired_sample_size
from equipoise.statistics.proportion import wilson, wilson_lower_bound
from equipoise.statistics.quantiles import median_interval, quantile, quantile_interval
from equipoise.statistics.sequential import (
    BettingProcess,
    SequentialDecision,
    SequentialOutcome,
    Side,
    floor_test,
    paired_test,
)

__all__ = [
    "BettingProcess",
    "FloorStatus",
    "FloorVerdict",
    "Interval",
    "NonInferiority",
    "PairedCounts",
    "SequentialDecision",
    "SequentialOutcome",
    "Side",
    "Verdict",
    "benjamini_hochberg",
    "e_benjamini_hochberg",
    "floor_sample_size",
    "floor_test",
    "floor_verdict",
    "holm",
    "mcnemar_exact",
    "median_interval",
    "paired_sample_size",
    "paired_test",
    "quantile",
    "quantile_interval",
    "tango",
    "tango_z",
    "verdict",
    "wilson",
    "wilson_lower_bound",
]
