"""Names that others chose: shown as they are wherever that harms nobody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.console import names

NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
anything = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize("lead", list("=+-@＝＋－＠"))
def test_a_name_that_begins_as_a_formula_is_led_by_an_apostrophe(lead: str) -> None:
    assert names.cell_text(f"{lead}2+3") == f"'{lead}2+3"
    assert names.cell_text(f" \t{lead}2+3") == f"'{lead}2+3"


@given(anything)
def test_no_cell_begins_as_a_formula_does(name: str) -> None:
    assert names.cell_text(name)[0] not in "=+-@＝＋－＠\t\r\n "


@pytest.mark.parametrize("name", ["gpt-5", "a=b", "'quoted", "équipe 🧾", "مشروع", "👩\u200d🔧"])
def test_an_ordinary_name_is_left_alone(name: str) -> None:
    assert names.cell_text(name) == name


@pytest.mark.parametrize("name", ["", " ", "\n\t\r"])
def test_a_name_of_nothing_says_so(name: str) -> None:
    assert names.cell_text(name) == "no name given"


def test_what_turns_the_direction_of_writing_is_made_visible() -> None:
    assert names.cell_text("invoice \u202egpj.exe") == "invoice �gpj.exe"
    assert names.printable("a\u2066b\u200fc\u200bd") == "a�b�c�d"


def test_a_name_is_one_line() -> None:
    assert names.cell_text("two\nlines\r\nand\ta tab\u2028more") == "two lines and a tab more"


def test_the_lines_of_a_text_stay() -> None:
    assert names.printable("one\r\n\ttwo\n") == "one\r\n\ttwo\n"


def test_a_tower_of_marks_is_taken_down() -> None:
    assert names.printable("e" + "\u0301" * 40) == "e" + "\u0301" * 3


def test_of_a_long_name_both_ends_stay() -> None:
    shown = names.shown("a" * 5_000 + "-prod")

    assert len(shown) == names.LONGEST
    assert shown.startswith("aaa")
    assert shown.endswith("-prod")
    assert " … " in shown


@given(anything)
def test_every_name_can_be_encoded_and_drawn(name: str) -> None:
    shown = names.cell_text(name)

    assert shown.encode()
    assert len(shown) <= names.LONGEST + 1
    assert not NO_XML.search(shown)


@given(anything)
def test_what_has_been_made_printable_stays_as_it_is(name: str) -> None:
    assert names.printable(names.printable(name)) == names.printable(name)


def test_wide_letters_count_twice_and_marks_nothing() -> None:
    assert names.columns("請求ab") == 6
    assert names.columns("e\u0301") == 1


@given(anything, st.integers(min_value=2, max_value=40))
def test_a_fitted_name_is_no_wider_than_its_room(name: str, most: int) -> None:
    assert names.columns(names.fitted(name, most)) <= most


def test_a_name_that_fits_is_not_cut() -> None:
    assert names.fitted("gpt-5", 5) == "gpt-5"
    assert names.fitted("gpt-5-mini", 6) == "gpt-5…"
