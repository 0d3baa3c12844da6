"""A bill as its exports tell it: lines of usage and of charges, each of a source of known role.

Money is an integer count of picodollars, tokens are whole; a line is a sum of rows, never a share
of one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a source can vouch for.

    A vendor's invoice says what is paid; its usage report what was counted; a log what was seen
    from our side. They tell of the same tokens and are never added to one another.
    """

    INVOICE = "invoice"
    USAGE = "usage"
    LOG = "log"


class ChargeKind(StrEnum):
    """What an amount is charged or credited for."""

    USAGE = "usage"
    CREDIT = "credit"
    DISCOUNT = "discount"
    REFUND = "refund"
    PURCHASE = "purchase"
    TAX = "tax"
    OTHER = "other"


class Tier(StrEnum):
    """The service a request went through, each with prices of its own."""

    STANDARD = "standard"
    BATCH = "batch"
    FLEX = "flex"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts that do not overlap: `input` is text read anew at the full price.

    `cached` was read from the vendor's prompt cache; `cache_write` and `cache_write_hour` were
    written to it for minutes and for an hour; `output` is text, reasoning included.
    """

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    cache_write_hour: int = 0
    output: int = 0
    audio_input: int = 0
    audio_output: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(*(getattr(self, name) + getattr(other, name) for name in TOKEN_KINDS))

    @property
    def prompt(self) -> int:
        """Everything that was read."""
        return (
            self.input + self.cached + self.cache_write + self.cache_write_hour + self.audio_input
        )

    @property
    def answer(self) -> int:
        """Everything that was written."""
        return self.output + self.audio_output

    @property
    def total(self) -> int:
        """Everything that was counted."""
        return self.prompt + self.answer


TOKEN_KINDS = tuple(field.name for field in fields(Tokens))
"""The kinds of token, in the order of the fields."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """The rows of one source that agree in everything but their numbers, added up.

    `source` is an index into the reading's sources. `cost_pico` is what the source says they cost,
    None where it says nothing; `requests` None where it counts none. Names are empty where the
    source has none; `group` is the value of the column that the user asked to group by.
    """

    source: int
    role: Role
    provider: str
    day: date
    project: str = ""
    key: str = ""
    model: str = ""
    tier: Tier = Tier.STANDARD
    long_context: bool = False
    kind: ChargeKind = ChargeKind.USAGE
    sku: str = ""
    group: str = ""
    requests: int | None = None
    tokens: Tokens = Tokens()
    cost_pico: int | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class BillSource:
    """One file as it was read: its layout, its span, what it holds and what was kept unread."""

    name: str
    layout: str
    title: str
    role: Role
    service: str
    zone: str
    rows: int
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the numbers that a reader has to know; `pico` is the money it is about.

    `kind` names it for a program, such as "duplicates", "future" or "currency".
    """

    kind: str
    text: str
    pico: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All lines of all exports, the files they came from, and what has to be said of them."""

    lines: tuple[BillLine, ...]
    sources: tuple[BillSource, ...]
    notes: tuple[Note, ...] = ()
