"""A ledger by its URL, as `[ledger] url` has it."""

from __future__ import annotations

from pathlib import Path

from equipoise.domain.ports import Ledger
from equipoise.errors import ConfigurationError, Problem
from equipoise.ledger.sqlite import SqliteLedger

_FILE = "sqlite:///"
_MEMORY = "memory:"


def open_ledger(url: str, full: bool = False) -> Ledger:
    """Open the ledger at `sqlite:///PATH`, relative or with a fourth slash, or at `memory:`.

    With `full` each record survives a loss of power. Raises ConfigurationError for any other URL,
    LedgerError where the ledger cannot be opened.
    """
    if url == _MEMORY:
        return SqliteLedger(Path(":memory:"))
    path = url.removeprefix(_FILE)
    if not url.startswith(_FILE) or not path:
        # The URL itself is not repeated: that of a server holds a password.
        raise ConfigurationError(
            (
                Problem(
                    path="ledger",
                    line=None,
                    key="url",
                    reason="no ledger can be kept there",
                    suggestion=f"Write {_FILE}PATH or {_MEMORY}",
                ),
            )
        )
    return SqliteLedger(Path(path), full=full)
