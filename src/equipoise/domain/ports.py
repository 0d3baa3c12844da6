"""What a room asks of the outside world: two small protocols."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from equipoise.domain.event import Event
from equipoise.domain.request import Request


class Engine(Protocol):
    """Something that answers."""

    def stream(self, request: Request) -> AsyncIterator[Event]:
        """Answer `request` piece by piece; raises ProviderError or EngineError."""
        ...


class Progress(Protocol):
    """Somebody who wants to see how long work goes on."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say that `done` of `total` steps of `label` are through."""
        ...
