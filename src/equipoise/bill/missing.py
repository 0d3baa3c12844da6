"""What no bill says, and how far each missing fact moves the ceiling: what to find out first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from equipoise.bill.ceiling import net_saving
from equipoise.bill.facts import LATENCY_ENDS, PEAK_ENDS, QUALITY_ENDS, TOKENS_ENDS, Facts
from equipoise.bill.page import MissingFact
from equipoise.bill.traffic import Traffic

SHARE_ENDS = (0.6, 0.95)
"""The share of tokens that is read: from writing long texts to answering over documents."""


def missing_facts(traffic: Sequence[Traffic], facts: Facts) -> tuple[MissingFact, ...]:
    """Each fact at both of its ends with the others at their centre, the widest first."""
    rows = [
        _fact(
            traffic,
            facts,
            "peak_to_mean",
            PEAK_ENDS,
            ("how uneven the load is", "{:g} times the mean in the busiest hour".format),
            "Count requests an hour for two weeks: a gateway's or a proxy's log has them.",
        ),
        _fact(
            traffic,
            facts,
            "latency_seconds",
            LATENCY_ENDS,
            ("how long an answer may take", "{:g} s at the 95th percentile".format),
            "Ask whoever waits for the answers; the slower they may be, the fewer machines.",
        ),
        _fact(
            traffic,
            facts,
            "quality_slack",
            QUALITY_ENDS,
            ("how able a model has to be", _able),
            "Label some items of the team's own and run equipoise decide on a draft.",
        ),
    ]
    if any(row.requests is None for row in traffic):
        rows.append(
            _fact(
                traffic,
                facts,
                "tokens_per_request",
                TOKENS_ENDS,
                ("how long requests are", "{:,.0f} tokens read and written".format),
                "Export usage with its count of requests, or give a request log.",
            )
        )
    return tuple(sorted(rows, key=lambda row: -row.width))


def inferred_facts(
    retraffic: Mapping[float, Sequence[Traffic]], facts: Facts
) -> tuple[MissingFact, ...]:
    """The share of input, where tokens are inferred from money: traffic at each end, by share."""
    if not retraffic:
        return ()
    low, high = sorted(retraffic)
    return (
        MissingFact(
            fact="the share of tokens that is read",
            assumed=f"{facts.input_share:.0%}",
            low=f"{low:.0%}",
            high=f"{high:.0%}",
            at_low=net_saving(retraffic[low], facts),
            at_high=net_saving(retraffic[high], facts),
            how_to_learn="Export usage, which counts tokens, besides the cost.",
        ),
    )


def _able(slack: float) -> str:
    """Points of the capability index, as a reader says it."""
    if slack == 0:
        return "as able as the billed one"
    points = f"{abs(slack):g} {'point' if abs(slack) == 1 else 'points'}"
    return f"{points} {'less' if slack > 0 else 'more'} able than the billed one"


def _fact(
    traffic: Sequence[Traffic],
    facts: Facts,
    name: str,
    ends: tuple[float, float],
    words: tuple[str, Callable[[float], str]],
    how_to_learn: str,
) -> MissingFact:
    subject, form = words
    at = [net_saving(traffic, replace(facts, **{name: end})) for end in ends]
    return MissingFact(
        fact=subject,
        assumed=form(getattr(facts, name)),
        low=form(ends[0]),
        high=form(ends[1]),
        at_low=at[0],
        at_high=at[1],
        how_to_learn=how_to_learn,
    )
