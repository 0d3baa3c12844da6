"""How fast one endpoint is asked: it says so itself, by telling us to slow down.

Additive increase, multiplicative decrease: Chiu & Jain 1989, Computer Networks and ISDN Systems
17:1-14. A refusal for being too fast says nothing about a candidate, so none is ever counted.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from equipoise.errors import RateLimitedError
from equipoise.trials.halt import Halt

FIRST_PAUSE_SECONDS = 0.5
LONGEST_OWN_PAUSE_SECONDS = 30.0
"""The longest pause that we choose where the endpoint wishes for none."""
# A daily quota asks for hours. Who runs a trial would rather hear of it and come back.
LONGEST_PAUSE_SECONDS = 120.0
STORM_SECONDS = 600.0
"""So long without one answer an endpoint may go on saying that we are too fast."""


class Pace:
    """The questions that an endpoint is asked at once: `most` at first, fewer after it complains.

    Each complaint halves them, once for all that were under way, and makes everybody pause as long
    as the endpoint wishes; each answer brings a share of one back.
    """

    def __init__(self, most: int) -> None:
        self.limit = float(most)
        self._most = most
        self._running = 0
        self._free: asyncio.Event = asyncio.Event()
        self._until = 0.0
        self._slowed_at = float("-inf")
        self._storms: dict[str, float] = {}
        self._quiet_since: float | None = None
        self._pauses = 0

    @asynccontextmanager
    async def turn(self, halt: Halt) -> AsyncIterator[float]:
        """Wait for one's turn, and hold it; gives the loop's time at which it came.

        Raises HaltedError where the run ends while one waits.
        """
        loop = asyncio.get_running_loop()
        while True:
            if (left := self._until - loop.time()) > 0:
                await halt.pause(left)
            elif self._running < max(1, int(self.limit)):
                break
            else:
                self._free.clear()
                await self._free.wait()
                halt.check()
        self._running += 1
        try:
            yield loop.time()
        finally:
            self._running -= 1
            self._free.set()

    def silenced(self) -> list[str]:
        """The arms with a complaint since their last answer, if nobody has one for STORM_SECONDS.

        There is no hope for them either. One that was answered and merely waits is none of them.
        """
        now = asyncio.get_running_loop().time()
        quiet = self._quiet_since is not None and now - self._quiet_since > STORM_SECONDS
        return list(self._storms) if quiet else []

    def answered(self, arm: str) -> None:
        """An answer came."""
        self._storms.pop(arm, None)
        self._quiet_since, self._pauses = None, 0
        self.limit = min(float(self._most), self.limit + 1.0 / self.limit)

    def slow_down(self, arm: str, error: RateLimitedError, asked_at: float) -> None:
        """The endpoint says that we are too fast, to a question put at that time of the loop.

        Raises the error where it wishes for a pause beyond LONGEST_PAUSE_SECONDS, or where the arm
        had no answer for STORM_SECONDS: many a vendor limits each model by itself.
        """
        now = asyncio.get_running_loop().time()
        if self._quiet_since is None:
            self._quiet_since = now
        wish = error.retry_after
        began = self._storms.setdefault(arm, now)
        if now - began > STORM_SECONDS or (wish or 0.0) > LONGEST_PAUSE_SECONDS:
            raise error
        if asked_at > self._slowed_at:  # of questions under way together one complaint counts
            self.limit = max(1.0, self.limit / 2.0)
            self._slowed_at = now
            self._pauses += 1
        doubled = FIRST_PAUSE_SECONDS * 2.0 ** min(self._pauses - 1, 10)
        pause = wish if wish is not None else min(doubled, LONGEST_OWN_PAUSE_SECONDS)
        self._until = max(self._until, now + jittered(pause))


def jittered(pause: float) -> float:
    """A little longer: never before the time that the endpoint asked for, nor all at once."""
    return pause * (1 + random.random() / 4)  # noqa: S311 — no secret
