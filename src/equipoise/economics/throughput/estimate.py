"""Time to first token, time per token and tokens a second of a deployment, each with its range.

`estimate` answers for one deployment, `estimate_many` for a table of them in one go. A range holds
80 % of what the fit was off by on measurements it had not seen: of other architectures where the
campaign is one it knows, of whole other campaigns (a user's own machine is one) where it is not;
one request at a time and many at once have each their own (`spreads` says how).
The first token's is much wider: it is a queue's output, which no published tool predicts well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.catalog.efficiencies import Efficiencies, efficiencies
from equipoise.economics.throughput.batching import Served, ideal_token, serve
from equipoise.economics.throughput.coefficients import coefficients
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.memory import Fit, fit
from equipoise.economics.throughput.spreads import ALONE
from equipoise.economics.throughput.step import Steps, ideal_step
from equipoise.economics.throughput.work import Column, Job, work

WIDER_IF_ASSUMED = 1.3
"""The factor on a range's logarithm where the architecture or the device is a usual one."""

KNOWN, ELSEWHERE = "campaign", "elsewhere"
ENDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate between the ends that hold the true value in eight cases of ten."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one deployment does under one load.

    Seconds to the first and per further token; output tokens a second of one device. `batch` is
    how many requests run at once; `stable` False where requests arrive faster than they are
    answered; `reason` says why there is no estimate, and all ranges are then None.
    """

    ttft: Range | None
    tpot: Range | None
    output_rate: Range | None
    batch: float
    stable: bool
    room: Fit
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Columns of many estimates: each of shape (rows, 3) with the low end, the value, the high."""

    ttft: Column
    tpot: Column
    output_rate: Column
    served: Served


def estimate(deployment: Deployment, load: Load, fitted: Efficiencies | None = None) -> Estimate:
    """One deployment under one load, with the package's fit where no other is given."""
    room = fit(deployment, load.input + load.output)
    reason = why_not(deployment, room)
    if reason:
        return Estimate(None, None, None, 0.0, False, room, reason)
    many = estimate_many([(deployment, load)], fitted)
    ranges = (Range(*column[0]) for column in (many.ttft, many.tpot, many.output_rate))
    first, token, rate = ranges
    served = many.served
    return Estimate(first, token, rate, float(served.batch[0]), bool(served.stable[0]), room)


def why_not(deployment: Deployment, room: Fit) -> str:
    """Why a deployment answers nothing at all; empty where it does."""
    device = deployment.device
    if room.weight_bytes > device.memory_bytes and not room.spilled:
        return (
            f"the weights take {room.weight_bytes / 1e9:.0f} GB a device,"
            f" {device.id} has {device.memory_bytes / 1e9:.0f} GB"
        )
    return ""


def _familiar(deployment: Deployment, known: Efficiencies) -> bool:
    """Whether the fit has seen the campaign, and if it was made for some models, the model."""
    models = known.seen.get("model")
    seen = models is None or deployment.architecture in models
    return seen and deployment.campaign in known.seen["campaign"]


def estimate_many(jobs: Sequence[Job], fitted: Efficiencies | None = None) -> Estimates:
    """All jobs at once, whether they fit or not: what does not is estimated as if one ran."""
    known = fitted or efficiencies()
    asked = work(jobs)
    served = serve(Steps(asked, coefficients(known, [job[0] for job in jobs])))
    familiar = np.array([_familiar(job[0], known) for job in jobs], dtype=bool)
    assumed = np.array([job[0].shape.assumed or job[0].device.assumed for job in jobs], dtype=bool)
    exponent = np.where(assumed, WIDER_IF_ASSUMED, 1.0)
    single = (asked.concurrency > 0) & (asked.concurrency <= 1)
    which = 2 * familiar.astype(int) + single

    def ranges(name: str, values: Column) -> Column:
        kinds = [
            known.spreads[f"{name}.{how}{ending}"]
            for how in (ELSEWHERE, KNOWN)
            for ending in ("", ALONE)
        ]
        low, high = (np.array([getattr(kind, end) for kind in kinds])[which] for end in ENDS)
        return np.stack([values * low**exponent, values, values * high**exponent], axis=1)

    token = ranges("tpot", served.token)
    # What lies below the ideal is not possible, whatever errors were elsewhere.
    limited = np.isfinite(asked.token_limit)
    ideal = np.where(limited, ideal_step(asked, served.batch), ideal_token(asked))
    token[:, 0] = np.minimum(np.maximum(token[:, 0], ideal), token[:, 1])
    return Estimates(
        ttft=ranges("ttft", served.first),
        tpot=token,
        output_rate=ranges("output_rate", served.output_rate),
        served=served,
    )
