"""The error tree. Every member says what went wrong, whether trying again can help, and what to do.

    EquipoiseError
      ConfigurationError      a file of the user's cannot be used; carries every problem at once
        ExportError           a usage or cost export cannot be read without guessing
      NotFoundError           something named does not exist (a workload, a decision, a model)
        UnknownModelError
        UnknownLicenceError
        UnknownHardwareError
        UnpricedTargetError   the catalog holds no price, so no cost may be stated
        NothingSpentError     no line of any export counts towards a bill
      EngineError             an engine of our own could not start or died
        WeightsMissingError
        WeightsCorruptError
        EngineLibraryError    a system library the engine needs is absent
      ProviderError           an endpoint answered, but not with an answer
        UnreachableError
        UnauthorisedError
        RateLimitedError
        OverloadedError
        RequestRefusedError   the endpoint rejects this request; asking again cannot help
        BadReplyError         the endpoint's bytes are not in its own dialect
      JournalError            the trial's journal cannot be read or continued
      LedgerError             the ledger cannot be opened, read or written
      DataClassError          no target may see a request's data
      RequestTooLargeError    a client's request is larger than the gateway takes
      OriginError             a web page asks, which has no key to show

`except Exception` is allowed at the process boundaries listed in `BOUNDARIES` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

BOUNDARIES: tuple[str, ...] = ("cli/main.py", "engines/llamacpp_child.py")


class EquipoiseError(Exception):
    """An error with a next step.

    `status` is the HTTP status a gateway would answer with, `retryable` whether the same call may
    succeed later, `hint` the next step as one sentence.
    """

    kind: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: where it stands, why it is wrong, what to write instead."""

    path: str
    line: int | None
    key: str
    reason: str
    suggestion: str = ""

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        subject = f" {self.key}:" if self.key else ""
        advice = f" {self.suggestion}" if self.suggestion else ""
        return f"{where}:{subject} {self.reason}.{advice}"


class ConfigurationError(EquipoiseError):
    """A workload or configuration file has problems; `problems` holds all of them."""

    kind = "configuration"
    status = 400

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = len(problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''} in the configuration",
            hint="Mend the lines above and run the same command again.",
        )
        self.problems = problems


class ExportError(ConfigurationError):
    """A usage or cost export cannot be read; nothing of it is counted, so that no sum is wrong."""

    kind = "export"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        count = len(problems)
        self.message = f"{count} problem{'s' if count != 1 else ''} in the exports"
        self.hint = "Mend or leave out what stands above and run the same command again."


class NotFoundError(EquipoiseError):
    """Something the user named does not exist."""

    kind = "not_found"
    status = 404


class UnknownModelError(NotFoundError):
    """The catalog has no such model."""


class UnknownLicenceError(NotFoundError):
    """The catalog has no such licence."""


class UnknownHardwareError(NotFoundError):
    """The catalog has no such hardware."""


class UnpricedTargetError(NotFoundError):
    """No price is known for a target; it is never taken as free."""

    kind = "unpriced"


class NothingSpentError(NotFoundError):
    """The exports hold nothing that counts."""


class EngineError(EquipoiseError):
    """An engine of our own could not start, or died."""

    kind = "engine"
    status = 503
    retryable = True


class WeightsMissingError(EngineError):
    """The weights file is not there."""

    retryable = False


class WeightsCorruptError(EngineError):
    """The weights file is truncated, altered or of another format."""

    retryable = False


class EngineLibraryError(EngineError):
    """A library that the engine needs is not installed."""

    retryable = False


class ProviderError(EquipoiseError):
    """An endpoint could not be reached, or answered with an error."""

    kind = "provider"
    status = 502


class UnreachableError(ProviderError):
    """No connection, or none that lasted."""

    status = 504
    retryable = True


class UnauthorisedError(ProviderError):
    """The endpoint does not accept the key."""

    status = 401


class RateLimitedError(ProviderError):
    """The endpoint asks us to slow down; `retry_after` is its wish in seconds, if it said one."""

    status = 429
    retryable = True

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class OverloadedError(ProviderError):
    """The endpoint has a fault or no capacity now."""

    status = 503
    retryable = True


class RequestRefusedError(ProviderError):
    """The endpoint says this request can never succeed."""

    status = 400


class BadReplyError(ProviderError):
    """The endpoint's answer breaks its own protocol, or ends before its terminator."""

    retryable = True


class JournalError(EquipoiseError):
    """The journal of a trial cannot be read, or belongs to another plan."""

    kind = "journal"


class DataClassError(EquipoiseError):
    """No target may see data of this class; says so without a word of the content."""

    kind = "data_class"
    status = 403


class RequestTooLargeError(EquipoiseError):
    """A client's request is larger than the gateway takes."""

    kind = "too_large"
    status = 413


class LedgerError(EquipoiseError):
    """The ledger cannot be opened, read or written, or is asked to keep what it cannot."""

    kind = "ledger"


class OriginError(EquipoiseError):
    """A web page asks. Until clients have keys, any page could ask in its visitor's name."""

    kind = "origin"
    status = 403
