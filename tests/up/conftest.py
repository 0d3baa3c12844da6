"""One that runs; an overview with everything that one can hold, and one that holds nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NoReturn

import pytest
from tests.up.running import Running, running

from equipoise.console.overview import Answerer, DecisionRow, Overview, ServiceRow, SpendRow
from equipoise.domain.decision import PlanKind
from equipoise.domain.endpoint import Operator
from equipoise.domain.model import Weights
from equipoise.domain.money import PICO_PER_DOLLAR

NOON = datetime(2026, 11, 24, 12, 30, 5, tzinfo=UTC)
SMALL = Answerer("local/smollm2-135m-instruct", Weights.OPEN, Operator.SELF)
QWEN = Answerer("own/qwen3-8b", Weights.OPEN, Operator.SELF, share=0.7)
MINI = Answerer("openai/gpt-5-mini", Weights.CLOSED, Operator.VENDOR, share=0.3)
LLAMA = Answerer(
    "deepinfra/llama-3.3-70b-instruct",
    Weights.OPEN,
    Operator.VENDOR,
    obstacle="no key: DEEPINFRA_API_KEY is not set",
)


def spend(
    workload: str, target: str, requests: int, failed: int, usd: float, guessed: float = 0
) -> SpendRow:
    pico, estimated = round(usd * PICO_PER_DOLLAR), round(guessed * PICO_PER_DOLLAR)
    tokens = (requests * 1480, requests * 410)
    return SpendRow(
        workload, target, requests, failed, *tokens, pico, estimated, "2026-11-02", "2026-11-24"
    )


@pytest.fixture(scope="session")
def full() -> Overview:
    triage = ServiceRow(
        "triage",
        "support-triage",
        "internal",
        (QWEN, MINI, LLAMA),
        "pol_d-41f6c2",
        date(2027, 5, 1),
    )
    notes = ServiceRow(
        "notes", "clinic-notes", "restricted", (SMALL,), "pol_d-0a1b2c", date(2026, 11, 1)
    )
    day = date(2026, 11, 2)
    return Overview(
        at=NOON,
        gateway="http://127.0.0.1:8080",
        services=(ServiceRow(SMALL.target[6:], "default", "restricted", (SMALL,)), triage, notes),
        decisions=(
            DecisionRow(
                "support-triage",
                'Support triage: "urgent" & <VIP> mail',
                PlanKind.HYBRID,
                0.87,
                day,
                date(2027, 5, 1),
                "/decisions/2026-11-02-41f6c2/report.html",
            ),
            DecisionRow(
                "clinic-notes", "Clinic notes", PlanKind.UNDECIDED, 0.58, day, date(2026, 11, 1)
            ),
        ),
        unread=1,
        requests=61_204,
        failed=12,
        spend=(
            spend("support-triage", "openai/gpt-5-mini", 18_402, 9, 143.5, 4.25),
            spend("support-triage", "own/qwen3-8b", 42_780, 3, 38.1),
            spend("clinic-notes", SMALL.target, 31, 0, 0.0004),
            spend("", "", 5, 0, 0),
        ),
    )


@pytest.fixture(scope="session")
def empty(full: Overview) -> Overview:
    return replace(
        full, services=full.services[:1], decisions=(), unread=0, requests=0, failed=0, spend=()
    )


@pytest.fixture(scope="session")
def up(
    tmp_path_factory: pytest.TempPathFactory, absent: Callable[[str], NoReturn]
) -> Iterator[Running]:
    """One that runs for the tests that only ask."""
    began = time.monotonic()
    with running(tmp_path_factory.mktemp("up"), absent) as started:
        started.ask()
        # Said and not judged: a busy machine is slow. benchmarks/up.py holds it to its goal.
        sys.stdout.write(f"first request answered after {time.monotonic() - began:.1f} s\n")
        yield started
