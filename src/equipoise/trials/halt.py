"""How a run ends before its end: nothing more is begun, and what is under way is kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class HaltedError(Exception):
    """A question was not put, because the run ends."""


class Halt:
    """Told once that the run ends, and why; whoever waits to ask is woken."""

    def __init__(self) -> None:
        self.reason = ""
        self._told = asyncio.Event()

    def tell(self, reason: str) -> None:
        """End the run; the first reason is the one that counts."""
        self.reason = self.reason or reason
        self._told.set()

    def check(self) -> None:
        """Raise HaltedError where the run ends."""
        if self.reason:
            raise HaltedError(self.reason)

    async def pause(self, seconds: float) -> None:
        """Wait; raises HaltedError as soon as the run ends."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        self.check()
