"""The folder that a command writes into: found out to be writable before anything is lost."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from equipoise.errors import ConfigurationError, Problem


def check_out(out: Path, what: str) -> None:
    """Make the folder and see that `what` can be written; raises ConfigurationError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except OSError as error:
        reason = f"{what} can be written here: {error.strerror}"
        problem = Problem(str(out), None, "", reason, "Name another folder with --out.")
        raise ConfigurationError((problem,)) from error
