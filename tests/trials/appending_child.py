"""A process that answers every question the journal does not hold yet, for tests to kill.

Arguments: the journal's path, the plan as JSON, and the largest size of a file in bytes or 0. Says
`asked` before and `kept` after each append, and `holds` once it has the journal.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import msgspec

from equipoise.errors import JournalError
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import TrialPlan

# Long enough that a kill may come in the middle of a write.
TEXT = "é" * 50_000


def main(path: Path, plan: TrialPlan, limit: int) -> None:
    """Answer until killed, until all is answered or until the disk takes no more."""
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with Journal(path, plan) as journal:
        say("holds")
        for item in plan.order:
            if journal.has("a", item):
                continue
            say(f"asked {item}")
            try:
                journal.append(AnswerRow("a", item, TEXT, "end", 1, 1, 0, 0.5, 0.1, 1))
            except JournalError as error:
                say(f"failed {error.message}")
                continue
            say(f"kept {item}")


def say(line: str) -> None:
    """Tell whoever listens, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=TrialPlan), int(sys.argv[3]))
