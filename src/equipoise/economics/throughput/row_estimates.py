"""A table's rows with their estimates, in the units and the names that the table's columns have.

What a row says was measured has no part in it; a row without an estimate says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from equipoise.catalog.efficiencies import Efficiencies
from equipoise.economics.throughput.estimate import Estimates, estimate_many, why_not
from equipoise.economics.throughput.memory import fit
from equipoise.economics.throughput.rows import Reason, rate_of_decoding, read_row
from equipoise.economics.throughput.work import Job

_MILLI = 1e3


@dataclass(frozen=True, slots=True)
class RowEstimate:
    """Milliseconds a token and to the first one, output tokens a second of one device.

    `p10` and `p90` are the ends that hold the true value in eight cases of ten. The first token's
    three are None where requests arrive faster than they are answered: that wait has no end.
    """

    tpot_ms: float
    tpot_ms_p10: float
    tpot_ms_p90: float
    ttft_ms: float | None
    ttft_ms_p10: float | None
    ttft_ms_p90: float | None
    output_tok_s_per_gpu: float
    output_tok_s_per_gpu_p10: float
    output_tok_s_per_gpu_p90: float


def estimate_row(
    row: Mapping[str, str], fitted: Efficiencies | None = None
) -> RowEstimate | Reason:
    """The estimate of one row of either layout that `rows` reads, or why there is none."""
    return estimate_rows([row], fitted)[0]


def estimate_rows(
    rows: Sequence[Mapping[str, str]], fitted: Efficiencies | None = None
) -> list[RowEstimate | Reason]:
    """As `estimate_row` for a whole table, in its order and much faster."""
    read = [_job(row) for row in rows]
    jobs = [job for job in read if not isinstance(job, Reason)]
    if not jobs:
        return [job for job in read if isinstance(job, Reason)]
    estimates = estimate_many(jobs, fitted)
    made = iter(_row(estimates, index) for index in range(len(jobs)))
    found = [job if isinstance(job, Reason) else next(made) for job in read]
    return [_decoding(one, row, job) for one, row, job in zip(found, rows, read, strict=True)]


def _decoding(
    found: RowEstimate | Reason, row: Mapping[str, str], job: Job | Reason
) -> RowEstimate | Reason:
    """The estimate with the rate of decoding alone, where that is the rate that a row is about."""
    if isinstance(found, Reason) or isinstance(job, Reason) or not rate_of_decoding(row):
        return found
    deployment, load = job
    together = _MILLI * (load.concurrency or 1.0) / deployment.devices
    return replace(
        found,
        output_tok_s_per_gpu=together / found.tpot_ms,
        output_tok_s_per_gpu_p10=together / found.tpot_ms_p90,
        output_tok_s_per_gpu_p90=together / found.tpot_ms_p10,
    )


def _job(row: Mapping[str, str]) -> Job | Reason:
    job = read_row(row)
    if isinstance(job, Reason):
        return job
    deployment, load = job
    reason = why_not(deployment, fit(deployment, load.input + load.output))
    return Reason(reason) if reason else job


def _row(estimates: Estimates, index: int) -> RowEstimate:
    token = _MILLI * estimates.tpot[index]
    first = _MILLI * estimates.ttft[index]
    rate = estimates.output_rate[index]
    ends = [float(end) if np.isfinite(end) else None for end in first]
    return RowEstimate(
        tpot_ms=float(token[1]),
        tpot_ms_p10=float(token[0]),
        tpot_ms_p90=float(token[2]),
        ttft_ms=ends[1],
        ttft_ms_p10=ends[0],
        ttft_ms_p90=ends[2],
        output_tok_s_per_gpu=float(rate[1]),
        output_tok_s_per_gpu_p10=float(rate[0]),
        output_tok_s_per_gpu_p90=float(rate[2]),
    )
