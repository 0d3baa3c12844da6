"""Ledgers with known records, for the command to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.domain.record import Record
from equipoise.ledger.sqlite import SqliteLedger

Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Put records into the ledger at the default place; returns its path."""

    def filled(*records: Record) -> Path:
        path = tmp_path / "equipoise.db"
        ledger = SqliteLedger(path)
        for record in records:
            ledger.append(record)
        ledger.close()
        return path

    return filled
