"""Every ledger there is, so that one suite holds them all to the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from equipoise.domain.ports import Ledger
from equipoise.ledger.opening import open_ledger
from equipoise.ledger.sqlite import SqliteLedger
from equipoise.testing.ledger import MemoryLedger

LEDGERS: dict[str, Callable[[Path], Ledger]] = {
    "twin": lambda _: MemoryLedger(),
    "file": lambda folder: SqliteLedger(folder / "ledger.db"),
    "memory": lambda _: open_ledger("memory:"),
}


@pytest.fixture(params=LEDGERS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger of each kind."""
    opened = LEDGERS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger may be made."""
    return tmp_path / "ledger.db"
