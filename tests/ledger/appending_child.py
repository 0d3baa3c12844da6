"""A process that appends records named after it, and says each id once `append` has returned.

Arguments: the ledger's path, the name, how many records or 0 for no end, and the largest size of a
file in bytes or 0.
"""

from __future__ import annotations

import resource
import sys
from itertools import count
from pathlib import Path

from tests.ledger.records import record

from equipoise.errors import LedgerError
from equipoise.ledger.sqlite import SqliteLedger


def main(path: Path, name: str, records: int, limit: int) -> None:
    """Append until killed, until all is kept or until the disk takes no more."""
    ledger = SqliteLedger(path)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for number in range(records) if records else count():
        try:
            ledger.append(record(f"{name}-{number}"))
        except LedgerError as error:
            say(f"failed {error.message}")
            return
        say(f"{name}-{number}")


def say(line: str) -> None:
    """Tell whoever listens, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
