"""Which ledger a command means, and only one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equipoise.config.settings import Settings
from equipoise.domain.ports import Ledger
from equipoise.errors import NotFoundError
from equipoise.ledger.opening import open_ledger

_FILE = "sqlite:///"


@contextmanager
def written_ledger(settings: Settings, url: str | None) -> Iterator[Ledger]:
    """The ledger at `url`, or else the settings file's, made where there is none."""
    ledger = open_ledger(url or settings.live.ledger_url, settings.live.ledger_full)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def read_ledger(settings: Settings, url: str | None) -> Iterator[Ledger]:
    """The same; raises NotFoundError where there is none yet, and makes none by looking."""
    meant = url or settings.live.ledger_url
    path = meant.removeprefix(_FILE)
    if meant.startswith(_FILE) and path and not Path(path).exists():
        raise NotFoundError(
            f"nothing found: there is no ledger at {path} yet",
            hint="It is made by the first request or import; --ledger names another one.",
        )
    with written_ledger(settings, url) as ledger:
        yield ledger
