"""The exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum

from equipoise.errors import (
    ConfigurationError,
    EquipoiseError,
    NotFoundError,
    ProviderError,
)


class ExitCode(IntEnum):
    """What a command's exit says to a script."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    NOT_FOUND = 4
    NOT_MET = 5  # a threshold was not met, or a decision is undecided
    PROVIDER = 6
    INTERRUPTED = 130


_CODES: tuple[tuple[type[EquipoiseError], ExitCode], ...] = (
    (ConfigurationError, ExitCode.CONFIGURATION),
    (NotFoundError, ExitCode.NOT_FOUND),
    (ProviderError, ExitCode.PROVIDER),
)


def exit_code(error: EquipoiseError) -> ExitCode:
    """The code for an error: that of the first family it belongs to."""
    for family, code in _CODES:
        if isinstance(error, family):
            return code
    return ExitCode.FAILED
