"""Ctrl-C while questions are under way: the first one ends the run gently, the second at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from equipoise.trials.halt import Halt

Notice = Callable[[str], None]
"""Says a sentence to whoever looks on."""

_FINISHING = "Finishing the questions under way. Press Ctrl-C again to leave them unanswered."


def nobody(_sentence: str) -> None:
    """The notice where nobody looks on."""


class Interrupted:
    """Whether Ctrl-C was pressed."""

    pressed = False


@contextmanager
def gently(halt: Halt, notice: Notice) -> Iterator[Interrupted]:
    """Tell `halt` at the first interrupt; what was there before has its way at the second.

    Does nothing in a thread that signals do not come to, and where they are ignored.
    """
    found, loop = Interrupted(), asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield found
        return

    def first() -> None:
        notice(_FINISHING)
        halt.tell("it was stopped")

    def press(number: int, frame: FrameType | None) -> None:
        if found.pressed:
            before(number, frame)
        else:
            found.pressed = True
            loop.call_soon_threadsafe(first)

    signal.signal(signal.SIGINT, press)
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, before)
