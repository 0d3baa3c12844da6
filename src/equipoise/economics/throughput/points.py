"""Measured points: a deployment, its load, and what came out; read from rows or made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.rows import Reason, read_row


@dataclass(frozen=True, slots=True)
class Point:
    """Seconds per token and to the first token, output tokens a second and device, if measured."""

    deployment: Deployment
    load: Load
    tpot: float | None = None
    ttft: float | None = None
    output_rate: float | None = None

    @property
    def architecture(self) -> str:
        """What is left out with it: all models of one architecture."""
        return self.deployment.architecture

    @property
    def campaign(self) -> str:
        """Whose measurements it is one of."""
        return self.deployment.campaign


def points(rows: Iterable[Mapping[str, str]]) -> Iterator[Point]:
    """The points of a table's rows that can be predicted and have a time per token or a rate."""
    for row in rows:
        job = read_row(row)
        if isinstance(job, Reason):
            continue
        deployment, load = job
        token = _seconds(row, "silicon_tpot_ms") or _seconds(row, "tpot_ms")
        first = _seconds(row, "silicon_ttft_ms") or _seconds(row, "ttft_ms") or _prefilled(row)
        rate = _positive(row, "output_tok_s_per_gpu")
        if token is not None or rate is not None:
            yield Point(deployment, load, token, first, rate)


def _seconds(row: Mapping[str, str], name: str) -> float | None:
    found = _positive(row, name)
    return None if found is None else found / 1000


def _prefilled(row: Mapping[str, str]) -> float | None:
    speed = _positive(row, "prefill_tok_s")
    return None if speed is None else float(row["input_len"]) / speed


def _positive(row: Mapping[str, str], name: str) -> float | None:
    text = row.get(name, "").strip()
    if not text:
        return None
    value = float(text)
    return value if isfinite(value) and value > 0 else None
