"""A ledger by its URL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.records import record

from equipoise.errors import ConfigurationError
from equipoise.ledger.opening import open_ledger


def test_three_slashes_are_followed_by_a_path_from_here_and_four_by_one_from_the_root(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    with closing(open_ledger(f"sqlite:///{path.name}")) as ledger:
        ledger.append(record("a"))

    with closing(open_ledger(f"sqlite:///{path}", full=True)) as ledger:
        assert path.is_absolute()
        assert list(ledger.records()) == [record("a")]


def test_memory_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(open_ledger("memory:")) as ledger:
        ledger.append(record("a"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["", "ledger.db", "sqlite:///", "sqlite://ledger.db", "memory:x", "mysql://me:secret@host/db"],
)
def test_any_other_url_is_an_error_that_names_those_taken_and_repeats_no_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_ledger(url)

    (problem,) = caught.value.problems
    assert str(problem) == (
        "ledger: url: no ledger can be kept there. Write sqlite:///PATH or memory:"
    )
