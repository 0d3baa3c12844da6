"""Where a fact comes from, and when somebody last looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    """A citation: what was read, where it stands, and the day it was checked (None: undated)."""

    name: str
    url: str = ""
    checked: date | None = None

    def __str__(self) -> str:
        day = f", checked {self.checked.isoformat()}" if self.checked else ", undated"
        return f"{self.name}{day}"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value nobody measured here: what it is taken to be, why, and whose word that is."""

    subject: str
    value: str
    why: str
    source: Source
