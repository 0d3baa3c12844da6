"""How much runs at once in a measurement that does not say it by a number.

MLPerf Inference's rounds name a scenario and a dataset: offline is as many requests as fit; server
and interactive are as many as keep the limit of the round to a token's time, of which the mean may
take `_OF_TAIL`, as the limit is one to the 99th percentile. What a chat with one user at a time
measures is one request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf

_OF_TAIL = 0.8
_LIMIT = re.compile(r"tpot\s*<=?\s*(\d+(?:\.\d+)?)\s*(m?)s")
_STATED = re.compile(r"(?<![a-z])(?:batch(?:[ _-]?size)?|bs|concurrency|users)[ =:]*(\d+)")
_AT_MOST = ("offline", "max load", "max throughput", "saturat", "maximum throughput")
_LATENCY_BOUND = ("mlperf server", "mlperf interactive")
_ALONE = ("single", "llama-bench", "one at a time", "tg128", "interactive chat")
# Mean tokens of the prompts and answers of MLPerf's datasets, rough: from the rounds' rules.
_DATASETS = (
    ("gsm8k", 250.0, 145.0),
    ("openorca", 300.0, 294.0),
    ("cnn", 870.0, 128.0),
    ("math/code", 800.0, 3880.0),
    ("longbench", 9400.0, 685.0),
)
_ALONE_TOKENS = (512.0, 128.0)
"""What one request at a time has where nothing is said: the usual lengths of llama-bench."""


def running(scenario: str, *, alone: bool = False) -> float | None:
    """Requests at once that a scenario's words state, infinity for as many as fit; None if none.

    `alone` is set for engines that are built for one user.
    """
    text = scenario.lower()
    stated = _STATED.search(text)
    if stated and int(stated[1]):
        return float(stated[1])
    if any(word in text for word in _AT_MOST + _LATENCY_BOUND):
        return inf
    return 1.0 if alone or any(word in text for word in _ALONE) else None


def token_limit(row: Mapping[str, str]) -> float | None:
    """Seconds a token that the mean may take in a row's scenario; None where nothing limits it."""
    if not any(word in row.get("scenario", "").lower() for word in _LATENCY_BOUND):
        return None
    stated = _LIMIT.search(f"{row.get('what_is_measured', '')} {row.get('note', '')}".lower())
    if stated is None:
        return None
    return _OF_TAIL * float(stated[1]) * (1e-3 if stated[2] else 1.0)


def lengths(row: Mapping[str, str], requests: float | None) -> tuple[float, float] | None:
    """Mean tokens of prompts and answers where a row states none, by its dataset or by its kind."""
    note = f"{row.get('note', '')} {row.get('scenario', '')}".lower()
    for word, prompt, answer in _DATASETS:
        if word in note:
            return prompt, answer
    return _ALONE_TOKENS if requests == 1 else None


def least_devices(weight_bytes: float, memory_bytes: float, devices: int) -> int:
    """Devices that share the weights where a run is after throughput and says nothing of it.

    The fewest that keep half of their memory for the cache, a power of two up to eight.
    """
    width = 1
    while 2 * width <= min(devices, 8) and weight_bytes > memory_bytes * width / 2:
        width *= 2
    return width
