"""Where one way of serving becomes cheaper than another: volume, utilisation, price.

"Stay on the API" is a good answer. A point that does not exist is None, with the reason in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from equipoise.economics import sanity
from equipoise.economics.accepted import per_accepted
from equipoise.economics.api.path import ApiPath
from equipoise.economics.crossover import Cost, Crossing, crossings
from equipoise.economics.path import CostPath

_PRICE_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a path's answers: the share accepted, and dollars to put a bad one right.

    Raises ValueError for a share outside (0, 1], or a negative amount.
    """

    accept_rate: float
    rejected_usd: float

    def __post_init__(self) -> None:
        if not 0 < self.accept_rate <= 1 or self.rejected_usd < 0:
            raise ValueError("a share above 0 is accepted, and putting one right costs 0 or more")


@dataclass(frozen=True, slots=True)
class Volumes:
    """Every volume in [low, high] requests a month at which the cheaper of two changes."""

    low: float
    high: float
    own_cheaper_at_low: bool
    own_cheaper_at_high: bool
    crossings: tuple[Crossing, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at which both cost the same; None where there is none, and why."""

    value: float | None
    sentence: str


def break_even_volumes(
    own: CostPath | None,
    api: CostPath,
    low: float,
    high: float,
    judged: tuple[Judged, Judged] | None = None,
) -> Volumes:
    """Every crossing of our own path with an API's, by the month or by the accepted answer.

    `own` is None where the model fits nowhere. `judged` is what is known of our answers and of
    theirs; with it costs are those per accepted answer, rework included. Raises ValueError unless
    0 < low < high.
    """
    if own is None:
        sentence = "Stay on the API: the model fits on no machine here."
        return Volumes(low, high, False, False, (), sentence)
    ours, theirs = (
        (own.monthly, api.monthly)
        if judged is None
        else (_per_answer(own, judged[0]), _per_answer(api, judged[1]))
    )
    found = crossings(ours, theirs, low, high)
    at_low, at_high = ours(low) < theirs(low), ours(high) < theirs(high)
    return Volumes(low, high, at_low, at_high, found, _said(found, at_low, at_high))


def needed_utilisation(
    usd_per_machine_hour: float, output_tokens_per_second: float, usd_per_million_tokens: float
) -> Point:
    """The share of a machine's output that has to be used: U* = c/(3600·X·p).

    `usd_per_million_tokens` is what the API asks for a million output tokens with their input.
    Raises ConfigurationError for a figure in another unit.
    """
    sanity.check(
        {
            "usd_per_machine_hour": usd_per_machine_hour,
            "usd_per_million_tokens": usd_per_million_tokens,
        }
    )
    worth = 3600 * output_tokens_per_second * usd_per_million_tokens / 1e6
    if worth <= 0:
        return Point(None, "A machine that makes nothing is never worth its rent.")
    share = usd_per_machine_hour / worth
    if share > 1:
        sentence = (
            f"At no utilisation: an hour costs ${usd_per_machine_hour:,.4g}, and all it can make "
            f"costs ${worth:,.4g} from the API."
        )
        return Point(None, sentence)
    return Point(share, f"From {share:.1%} utilisation on, all day and night, our own is cheaper.")


def needed_price(own: CostPath, api: ApiPath, requests: float) -> Point:
    """The list price of a request at which both cost the same: where to switch.

    People stay, and so does what is promised: a discount applies to the price, and fees below a
    promise change nothing.
    """
    if requests <= 0:
        return Point(None, "Without requests no price a request can matter.")
    ours, now = own.monthly(requests), api.request_usd()
    if api.monthly_at(0.0, requests) >= ours:
        return Point(None, "At no price: the API's fixed costs alone exceed those of our own.")
    low, high = 0.0, max(now, ours / requests, 1e-12)
    while api.monthly_at(high, requests) < ours:
        high *= 2
    for _ in range(_PRICE_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if api.monthly_at(middle, requests) < ours else (low, middle)
    word = "falls below" if now > high else "rises above"
    sentence = (
        f"The answer changes when the API's price for a request {word} ${high:,.4g}; "
        f"it is ${now:,.4g} today."
    )
    return Point(high, sentence)


def saving(own: CostPath, api: CostPath, requests: float) -> float:
    """Dollars a month that our own saves; negative where it costs more."""
    return api.monthly(requests) - own.monthly(requests)


def chance_own_is_cheaper(own: CostPath, api: CostPath, requests: float) -> float:
    """The share of draws in which our own costs less; the draws of both agree one by one."""
    return float(np.mean(own.monthly_draws(requests) < api.monthly_draws(requests)))


def usd_per_million_tokens(path: CostPath, requests: float, tokens_per_request: float) -> Point:
    """What a million of our own tokens comes to at a volume, everything included."""
    tokens = requests * tokens_per_request
    if tokens <= 0:
        return Point(None, "Without tokens there is no price of one.")
    usd = path.monthly(requests) / tokens * 1e6
    return Point(usd, f"${usd:,.4g} a million tokens at {requests:,.0f} requests a month.")


def _per_answer(path: CostPath, judged: Judged) -> Cost:
    def cost(requests: float) -> float:
        return per_accepted(
            path.monthly(requests), requests, judged.accept_rate, judged.rejected_usd
        )

    return cost


def _said(found: tuple[Crossing, ...], at_low: bool, at_high: bool) -> str:
    if not found:
        return (
            "Our own is cheaper at every volume looked at."
            if at_low and at_high
            else "Stay on the API: it is cheaper at every volume looked at."
        )
    volumes = ", ".join(f"{row.requests:,.0f}" for row in found if isfinite(row.requests))
    if len(found) == 1:
        side = "below" if at_low else "above"
        return f"Our own is cheaper {side} {volumes} requests a month."
    return f"Which is cheaper changes {len(found)} times, at {volumes} requests a month."
