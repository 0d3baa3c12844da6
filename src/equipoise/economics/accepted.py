"""Cost per accepted answer: what a bad answer costs belongs to the price of a good one."""

from __future__ import annotations

from math import inf
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])


def rework(requests: float, accept_rate: Number, rejected_usd: float) -> Number:
    """Dollars a month to put right the answers that were not accepted."""
    return requests * (1 - accept_rate) * rejected_usd


def per_accepted(
    monthly: Number, requests: float, accept_rate: Number, rejected_usd: float
) -> Number:
    """Dollars per accepted answer: (running cost + rework) over the answers accepted.

    `accept_rate` is above 0 and `requests` too; a path without an accepted answer has no price.
    """
    accepted = requests * accept_rate
    return (monthly + rework(requests, accept_rate, rejected_usd)) / accepted


def needed_rate(monthly: float, requests: float, rejected_usd: float, rival: float) -> float:
    """The accept rate at which a path's cost per accepted answer equals `rival` dollars.

    Solves (C + V(1−q)r) / (Vq) = p for q; above 1 means that no rate is enough, and infinity that
    the rival's good answers cost nothing and its bad ones neither.
    """
    if rival + rejected_usd == 0:
        return inf if monthly > 0 else 0.0
    return (monthly + requests * rejected_usd) / (requests * (rival + rejected_usd))
