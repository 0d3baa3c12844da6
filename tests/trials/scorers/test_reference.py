"""The reference of scorers says what the table says: names, options, defaults and meanings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from equipoise.trials.scorers import SCORERS, length, rule
from equipoise.trials.scorers.options import default, meanings

PAGE = (Path(__file__).parents[3] / "docs/reference/scorers.md").read_text(encoding="utf-8")
FUNCTION = "python:FILE.py:NAME"


def section(name: str) -> str:
    """The text under a scorer's own heading; empty where it has none."""
    return PAGE.partition(f"## `{name}`\n")[2].partition("\n## ")[0]


def written(value: object) -> str:
    """A default as the page shows it."""
    if isinstance(value, dict) or value == length.DEFAULT.most:
        return "none" if isinstance(value, dict) else "no end"
    text = f'"{value}"' if isinstance(value, str) else f"{value}".lower()
    return f"`{text.removesuffix('.0')}`"


def test_every_scorer_has_a_row_and_none_has_two() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (?:one field|fields|free text|either)", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted([*SCORERS, FUNCTION])


@pytest.mark.parametrize("name", [*SCORERS, FUNCTION])
def test_every_option_is_in_its_section_with_its_default_and_meaning(name: str) -> None:
    row = rule(name)
    assert row is not None
    shown = dict(re.findall(r"^\| `(\w+)` \| (.+ \| .+) \|$", section(name), re.MULTILINE))

    assert shown.keys() == meanings(row.options).keys()
    for key, meaning in meanings(row.options).items():
        assert shown[key].endswith(f" | {meaning}")
        assert shown[key].startswith(f"{written(default(row.options, key))} | ")
