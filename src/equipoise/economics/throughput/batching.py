"""Continuous batching: how many requests run together, and what that makes of a token's time.

Closed loop, B requests all the time: the others' prefills come between a request's tokens, B - 1
of them while it makes its O tokens, `TPOT = step(B) + (B - 1) prefill / O`. More than fit into
memory wait, and so do those beyond what a limit to a token's time allows. Open loop, requests
arriving at a rate r: prefills take the share r * prefill of the time, and Little's law gives the
batch, `TPOT = step(B) / (1 - r prefill)`, `B = r (O TPOT + prefill)`; the smallest fixed point is
reached from below. It is stable where r * prefill < 1 and B fits. The wait for a prefill is that of
one server with equal services. Where prompts are read on devices of their own nothing is stolen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.economics.throughput.step import Steps, ideal_step, per_stage
from equipoise.economics.throughput.work import Column, Work

MOST = 8192.0
"""Requests that run at once where nothing else limits them."""

_ROUNDS = 200
_CLOSE = 1e-6
_HALVINGS = 24  # of at most 8192


@dataclass(frozen=True, slots=True)
class Served:
    """What many jobs come to: seconds to the first token and a token, requests, tokens a second.

    `output_rate` is of one device; `stable` is False in an open loop that grows without end, whose
    first token then waits for ever.
    """

    first: Column
    token: Column
    batch: Column
    output_rate: Column
    stable: NDArray[np.bool_]


def serve(steps: Steps) -> Served:
    """All jobs, each in its own loop."""
    work = steps.work
    prefill = steps.prefill()
    closed = work.concurrency > 0
    limit = np.minimum(np.maximum(work.room, 1.0), MOST)
    if np.isfinite(work.token_limit).any():
        limit = _within(steps, prefill, limit)
    batch = np.where(closed, np.maximum(np.minimum(work.concurrency, limit), 1.0), 1.0)
    stable = np.ones(len(work), dtype=np.bool_)
    if not closed.all():
        arriving, steady = _settle(steps, prefill, limit)
        batch = np.where(closed, batch, arriving)
        stable = np.where(closed, True, steady)
    step = steps.seconds(batch)
    token = np.where(closed, step + stolen(work, prefill, batch), _open_token(work, step, prefill))
    first = steps.first(step, prefill, batch)
    first = np.where(closed, first + _unread(work, step, prefill, batch, first, token), first)
    if not closed.all():
        first = np.where(closed, first, _open_first(steps, step, prefill, stable))
    waiting = np.where(closed & np.isfinite(work.concurrency), work.concurrency, batch) / batch
    # Where requests pile up without end, what the first token takes at least.
    request = np.where(np.isfinite(first), first, prefill) + token * (work.output - 1)
    first = np.where(closed, first + (waiting - 1) * request, first)
    rate = batch * work.output / request / work.devices
    offered = work.rate * work.output / work.devices
    return Served(first, token, batch, np.where(closed | ~stable, rate, offered), stable)


def stolen(work: Work, prefill: Column, batch: Column) -> Column:
    """Seconds that others' prefills add to each token of a request."""
    others = per_stage(work, batch) - 1
    undisturbed = (work.whole_batch > 0) | (work.apart > 0)
    return np.where(undisturbed, 0.0, others * prefill / work.output)


def _unread(
    work: Work, step: Column, prefill: Column, batch: Column, first: Column, token: Column
) -> Column:
    """Seconds by which a short answer would be over before everybody's prompt was read.

    While one request comes and goes the devices read as many prompts as run together: of few
    tokens there are not enough to hide that between them, and the first one waits.
    """
    cycle = per_stage(work, batch) * prefill + work.output * step
    apart = (work.whole_batch > 0) | (work.apart > 0)
    return np.where(apart, 0.0, np.maximum(cycle - first - token * (work.output - 1), 0.0))


def ideal_token(work: Work) -> Column:
    """The time of a token at the data sheet's peaks, prefills of others left out."""
    batch = np.where(work.concurrency > 0, np.minimum(work.concurrency, MOST), 1.0)
    return ideal_step(work, np.minimum(batch, np.maximum(work.room, 1.0)))


def _within(steps: Steps, prefill: Column, limit: Column) -> Column:
    """The largest batches whose tokens take no longer than they may, by halving; at least one."""
    low, high = np.ones(len(limit)), limit
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        token = steps.seconds(middle) + stolen(steps.work, prefill, middle)
        kept = token <= steps.work.token_limit
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    token = steps.seconds(limit) + stolen(steps.work, prefill, limit)
    return np.where(token <= steps.work.token_limit, limit, low)


def _settle(steps: Steps, prefill: Column, limit: Column) -> tuple[Column, NDArray[np.bool_]]:
    work = steps.work
    batch = np.ones(len(work))
    for _ in range(_ROUNDS):
        token = _open_token(work, steps.seconds(batch), prefill)
        needed = np.maximum(work.rate * (work.output * token + prefill), 1e-9)
        following = np.clip(needed, 1.0, limit)
        if np.all(np.abs(following - batch) <= _CLOSE * batch):
            break
        batch = following
    token = _open_token(work, steps.seconds(batch), prefill)
    needed = work.rate * (work.output * token + prefill)
    return batch, (work.rate * prefill < 1) & (needed <= limit * (1 + 1e-3))


def _open_token(work: Work, step: Column, prefill: Column) -> Column:
    share: Column = np.minimum(work.rate * prefill / work.lanes, 0.99)
    token: Column = step / (1 - np.where(work.apart > 0, 0.0, share))
    return token


def _open_first(steps: Steps, step: Column, prefill: Column, stable: NDArray[np.bool_]) -> Column:
    work = steps.work
    busy = np.minimum(work.rate * prefill / work.lanes, 0.99)
    alone = steps.first(step, prefill, np.ones(len(work)))
    return np.where(stable, alone + prefill * busy / (2 * (1 - busy)), np.inf)
