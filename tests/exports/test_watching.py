"""Whoever waits for a large file sees how far it is, and can stop it at once."""

from __future__ import annotations

import os
import signal
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest
from tests.exports.tables import ROW, Silent, table, write

from equipoise.exports.connection import opened
from equipoise.exports.reading import ReadingOrder, read_exports

ENDLESS = (
    "SELECT count(*) FROM range(10000000000) a, range(1000) b WHERE hash(a.range + b.range) = 1"
)


class Heard:
    """Somebody who writes down what is said."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []

    def advance(self, label: str, done: int, total: int) -> None:
        """Write it down."""
        self.steps.append((label, done, total))


def test_progress_goes_from_nothing_to_all_the_megabytes(tmp_path: Path) -> None:
    heard = Heard()
    rows = [ROW.replace("0.5", f"0.{number}") for number in range(100_000)]
    file = write(tmp_path, table(*rows))
    read_exports(ReadingOrder((file,), {"EUR": Decimal(1)}), heard)
    megabytes = file.stat().st_size // 10**6

    assert {total for _, _, total in heard.steps} == {megabytes}
    for label in {label for label, _, _ in heard.steps}:
        done = [step for named, step, _ in heard.steps if named == label]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, megabytes)
    assert heard.steps[0][0] == "reading Request log"


@pytest.mark.parametrize("query", [ENDLESS, f"CREATE TEMP TABLE t AS {ENDLESS}"])
def test_an_interrupt_ends_a_long_query_at_once(query: str) -> None:
    with opened(Silent()) as reader:
        start = time.monotonic()
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            reader.long(query, "counting", 100)

        assert time.monotonic() - start < 5
        assert reader.rows("SELECT 1") == [(1,)]


def test_nothing_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with opened(Silent()) as reader:
        assert reader.folder.parent == tmp_path

    assert list(tmp_path.iterdir()) == []
