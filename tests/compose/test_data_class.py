"""Data goes only where its class lets it: counted in connections, with every key set."""

from __future__ import annotations

import pytest
from tests.compose.outcome import Outcome
from tests.compose.triage import ITEMS, KEY

VENDORS = ("chat", "messages", "spare", "plain", "lapsed")


def test_restricted_data_opens_no_connection_to_any_vendor(restricted: Outcome) -> None:
    assert {name: restricted.connections[name] for name in VENDORS} == dict.fromkeys(VENDORS, 0)
    for name in ("gpt", "haiku", "llama", "no-terms", "lapsed-terms"):
        assert restricted.answers(name) == []
        row = restricted.candidate(name)
        assert row["standing"] == "unmeasured"
        assert row["excluded"]
        assert "restricted data may not go to" in row["note"]


def test_restricted_data_goes_to_what_the_house_runs(restricted: Outcome) -> None:
    # So it was the class that kept the connections away, and not that none could be made.
    assert restricted.connections["house"] == ITEMS
    assert restricted.candidate("own-llama")["items"] == ITEMS


def test_the_same_data_goes_to_the_same_vendors_once_its_class_lets_it(measured: Outcome) -> None:
    assert {name: measured.connections[name] for name in VENDORS} == {
        "chat": ITEMS,
        "messages": ITEMS,
        "spare": ITEMS,
        "plain": 0,
        "lapsed": 0,
    }


@pytest.mark.parametrize("name", ["no-terms", "lapsed-terms"])
def test_internal_data_goes_to_nobody_without_a_term_in_force(measured: Outcome, name: str) -> None:
    assert measured.answers(name) == []
    note = measured.candidate(name)["note"]
    assert "internal data may not go to" in note
    assert "no_training missing or lapsed" in note


def test_an_earlier_day_brings_no_lapsed_term_back(earlier: Outcome) -> None:
    # The term was in force on that day, and what is asked is asked now.
    assert set(earlier.connections.values()) == {0}
    assert not earlier.candidate("lapsed-terms")["excluded"]
    assert earlier.candidate("lapsed-terms")["standing"] == "unmeasured"
    assert "no_training missing or lapsed" in earlier.candidate("lapsed-terms")["note"]


def test_no_file_that_is_written_holds_a_key(measured: Outcome) -> None:
    files = [file for file in measured.folder.rglob("*") if file.is_file()]

    assert len(files) > 8
    assert [file for file in files if KEY.encode() in file.read_bytes()] == []
    assert KEY not in measured.done.stdout + measured.done.stderr
