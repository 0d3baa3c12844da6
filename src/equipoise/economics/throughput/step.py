"""How long one step and one prefill take: a roofline whose efficiencies are learned.

A decoding step of a batch B reads the weights, of experts the share 1 - (1 - k/E)^B that B tokens
touch when k of E answer each, and every sequence's cache; multiplies; and pays overheads a layer.
With e the learned coefficients and t the ideal times of `work`:

    memory   = e_weights t_dense + e_routed t_routed touched(B) + B (e_cache t_cache + ...)
    overhead = e_launch (L e_layer + L_parallel e_parallel + L_routed e_routed_layer + ...)
    step     = (memory^p + overhead^p)^(1/p) + e_step + B (e_sequence + e_exchange t_exchange)

p = 1.5: kernels are queued while others run, so that the larger of the two hides a part of the
smaller. No step is faster than its ideal, max(memory, arithmetic) with every coefficient 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.economics.throughput.coefficients import COLUMN, Matrix
from equipoise.economics.throughput.work import Column, Work

OVERLAP = 1.5


@dataclass(frozen=True, slots=True)
class Steps:
    """The times of many jobs' steps as functions of their batches, in seconds."""

    work: Work
    coefficients: Matrix

    def seconds(self, batch: Column) -> Column:
        """A decoding step of `batch` running requests in the whole replica."""
        work, own = self.work, per_stage(self.work, batch)
        touched = self.touched(batch)
        routed = work.routed_seconds * touched
        read = self._of("weights") * work.dense_seconds + self._of("routed") * routed
        attend = self._of("cache") * work.cache_seconds
        attend = attend + self._of("multiply") * (work.attend_seconds + work.token_seconds)
        memory = read + own * attend
        overhead = self._of("launch") * (
            work.layers * self._of("layer")
            + work.layers * work.parallel * self._of("parallel")
            + work.routed_layers * self._of("routed_layer")
            + work.latent_layers * self._of("latent_layer")
            + work.state_layers * self._of("state_layer")
        )
        each = self._of("sequence") + self._of("exchange") * work.exchange_seconds
        step = (memory**OVERLAP + overhead**OVERLAP) ** (1 / OVERLAP)
        step = step + self._of("step") + own * each
        spilled = work.host_seconds * np.where(work.experts > 1, touched, 1.0)
        return np.maximum(step, ideal_step(work, batch)) + spilled

    def prefill(self) -> Column:
        """The prefill of one request alone; never faster than the arithmetic's peak."""
        work = self.work
        routed = np.where(work.routed_layers > 0, self._of("prefill_routed"), 1.0)
        multiply = np.maximum(self._of("prefill") * routed, 1.0) * work.prefill_seconds
        return multiply + self._of("exchange") * work.exchange_seconds * work.fresh

    def first(self, step: Column, prefill: Column, batch: Column) -> Column:
        """The first token in a closed loop, or of a batch that is prefilled together."""
        own = np.maximum(batch / self.work.lanes, 1.0)
        together = own * prefill
        waiting = prefill * (1 + self._of("burst") * (own - 1)) + step
        whole = self.work.whole_batch > 0
        return np.where(whole, together, waiting) + self._of("first")

    def touched(self, batch: Column) -> Column:
        """The share of experts that a step's tokens touch."""
        return touched(self.work, batch)

    def _of(self, name: str) -> NDArray[np.float64]:
        return self.coefficients[:, COLUMN[name]]


def per_stage(work: Work, batch: Column) -> Column:
    """Requests that one attention group of one pipeline stage has in a step, at least one."""
    return np.maximum(batch / work.groups / work.stages, 1.0)


def touched(work: Work, batch: Column) -> Column:
    """Uniform routing's share of experts that at least one of a step's tokens needs."""
    tokens = np.maximum(batch / work.stages, 1.0)
    return np.where(work.experts > 1, 1 - (1 - work.used_share) ** tokens, 1.0)


def ideal_step(work: Work, batch: Column) -> Column:
    """A step at the data sheet's bandwidth and arithmetic, whichever takes longer."""
    own = per_stage(work, batch)
    memory = work.dense_seconds + work.routed_seconds * touched(work, batch)
    return np.maximum(memory + own * work.cache_seconds, own * work.token_seconds)
