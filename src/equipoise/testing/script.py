"""What a script is made of: requests as they came, replies as they go, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Usage


class FaultKind(StrEnum):
    """How a reply goes wrong."""

    NONE = "none"
    CUT = "cut"
    RESET = "reset"
    HANG = "hang"
    MALFORMED = "malformed"
    WRONG_LENGTH = "wrong_length"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a reply, and where.

    `after` counts bytes of the body, without HTTP's own framing: 0 strikes between head and body,
    None before the head. `by` is how many bytes more than come (fewer where negative) the head of
    a reply of wrong length announces.
    """

    kind: FaultKind = FaultKind.NONE
    after: int | None = None
    by: int = 0

    def __post_init__(self) -> None:
        if self.after is not None and self.after < 0:
            raise ValueError(f"a fault cannot strike after {self.after} bytes")
        if self.after is not None and self.kind in (FaultKind.NONE, FaultKind.WRONG_LENGTH):
            raise ValueError(f"{self.kind.value} strikes nowhere in particular")
        if (self.kind is FaultKind.WRONG_LENGTH) != (self.by != 0):
            raise ValueError("`by` is other than 0 for a wrong length, and for nothing else")

    @classmethod
    def cut(cls, after: int | None = None) -> Self:
        """The connection is closed in the ordinary way."""
        return cls(FaultKind.CUT, after)

    @classmethod
    def reset(cls, after: int | None = None) -> Self:
        """The connection is reset (RST), as when a process dies or a firewall steps in."""
        return cls(FaultKind.RESET, after)

    @classmethod
    def hang(cls, after: int | None = None) -> Self:
        """Nothing more is said until one side closes."""
        return cls(FaultKind.HANG, after)

    @classmethod
    def malformed(cls, after: int | None = 0) -> Self:
        """Bytes of no dialect come in between and the rest follows; before the head, no HTTP."""
        return cls(FaultKind.MALFORMED, after)

    @classmethod
    def wrong_length(cls, by: int = 1) -> Self:
        """The length announced is not the length sent; then the connection is closed."""
        return cls(FaultKind.WRONG_LENGTH, by=by)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: several chunks go out chunked, one or none with its length.

    Delays are in seconds: before the head, and between chunks. `usage` is what the upstream bills
    for it, whatever its bytes say. The header `connection: close` ends the connection after it.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] = ()
    delay_before: float = 0.0
    delay_between: float = 0.0
    fault: Fault = field(default_factory=Fault)
    usage: Usage | None = None

    def __post_init__(self) -> None:
        if not all(self.chunks):
            raise ValueError("an empty chunk would end the body")
        # Where a body comes with its length, a fault behind its last byte would be none.
        last = len(self.body) - (len(self.chunks) < 2)
        if self.fault.after is not None and self.fault.after > max(0, last):
            raise ValueError(f"a fault after {self.fault.after} bytes is behind the end, {last}")
        if len(self.body) + self.fault.by < 0:
            raise ValueError("a length cannot be negative")

    @property
    def body(self) -> bytes:
        """Its chunks as one."""
        return b"".join(self.chunks)

    def cut_every(self, size: int) -> Reply:
        """The same body in chunks of `size` bytes, which heed neither events nor characters."""
        body = self.body
        chunks = tuple(body[start : start + size] for start in range(0, len(body), size))
        return replace(self, chunks=chunks)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came.

    Header names are in lower case; of a repeated one, the last counts. `body` is the JSON object
    that `raw` holds, empty where it holds none. `connection` numbers the upstream's connections
    from 1; `at` is in seconds since the upstream opened.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    raw: bytes
    connection: int
    at: float

    @property
    def model(self) -> str:
        """The model that it asks for, or nothing."""
        return str(self.body.get("model", ""))

    @property
    def dialect(self) -> Dialect:
        """The dialect that its path belongs to."""
        is_messages = self.path.partition("?")[0].endswith("/messages")
        return Dialect.ANTHROPIC_MESSAGES if is_messages else Dialect.OPENAI_CHAT


Script = Iterable[Reply] | Callable[[HttpRequest], Reply]
