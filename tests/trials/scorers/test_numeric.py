"""Numbers as models write them: read by grammar, compared in decimal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import numeric
from equipoise.trials.scorers.numeric import DEFAULT, Options, score
from equipoise.trials.scorers.score import ACCEPTED, MALFORMED, WRONG, Score

COMMA = Options(decimal=",")
SHARE, EITHER = Options(percent="fraction"), Options(percent="either")

READ: list[tuple[str, object, Score, Options]] = [
    ("42", 42, ACCEPTED, DEFAULT),
    ("42.0", 42, ACCEPTED, DEFAULT),
    ("**42**", 42, ACCEPTED, DEFAULT),
    ("The answer is 42.", 42, ACCEPTED, DEFAULT),
    ("The answer is 5 apples, not 6.", 5, ACCEPTED, DEFAULT),
    ("First 3, then 4, and so 7", 7, ACCEPTED, DEFAULT),
    ("First 3, then 4, and so 7", 3, WRONG, DEFAULT),
    ("3 + 4 = 7\n#### 7", 7, ACCEPTED, DEFAULT),
    ("so \\boxed{42} of the 50", 42, ACCEPTED, DEFAULT),
    ("\\boxed{\\frac{3}{4}}", 0.75, ACCEPTED, DEFAULT),
    ("<answer> 42 </answer>", 42, ACCEPTED, DEFAULT),
    ("Die Antwort ist 42.", 42, ACCEPTED, DEFAULT),
    ("La respuesta es 42", 42, ACCEPTED, DEFAULT),
    ("<think>41? no</think>42", 42, ACCEPTED, DEFAULT),
    ("3/4", 0.75, ACCEPTED, DEFAULT),
    ("1 3/4", 1.75, ACCEPTED, DEFAULT),
    ("2½", 2.5, ACCEPTED, DEFAULT),
    ("1/3", "1/3", ACCEPTED, DEFAULT),
    ("1/3", 0.3333, WRONG, DEFAULT),
    ("1/3", 0.3333, ACCEPTED, Options(absolute=0.001)),
    ("1,234,567.89", 1234567.89, ACCEPTED, DEFAULT),
    ("1 234 567", 1234567, ACCEPTED, DEFAULT),
    ("1'234.50", 1234.5, ACCEPTED, DEFAULT),
    ("1\u202f234,5", 1234.5, ACCEPTED, COMMA),
    ("1.234,50 €", 1234.5, ACCEPTED, COMMA),
    ("1,5", 1.5, ACCEPTED, COMMA),
    ("1,5", 1.5, MALFORMED, DEFAULT),
    ("1.2.3", 1.2, MALFORMED, DEFAULT),
    ("in 2020 100 people", 100, ACCEPTED, DEFAULT),
    ("$1,234", 1234, ACCEPTED, DEFAULT),
    ("-$5", -5, ACCEPTED, DEFAULT),
    ("$-5", -5, ACCEPTED, DEFAULT),
    ("−5", -5, ACCEPTED, DEFAULT),
    ("USD 5", 5, ACCEPTED, DEFAULT),
    ("25%", 25, ACCEPTED, DEFAULT),
    ("25%", 0.25, WRONG, DEFAULT),
    ("25 %", 0.25, ACCEPTED, SHARE),
    ("25 %", 25, WRONG, SHARE),
    ("0.25", "25%", ACCEPTED, SHARE),
    ("25%", 0.25, ACCEPTED, EITHER),
    ("25%", 25, ACCEPTED, EITHER),
    ("1.5e-3", 0.0015, ACCEPTED, DEFAULT),
    ("1.5 × 10^-3", 0.0015, ACCEPTED, DEFAULT),
    ("1.5×10⁻³", 0.0015, ACCEPTED, DEFAULT),
    ("$1.5 \\times 10^{-3}$", 0.0015, ACCEPTED, DEFAULT),
    ("1.5 million", 1_500_000, ACCEPTED, DEFAULT),
    ("٤٢", 42, ACCEPTED, DEFAULT),
    ("４２", 42, ACCEPTED, DEFAULT),
    ("\u202e42\u202c", 42, ACCEPTED, DEFAULT),
    ("42\0", 42, ACCEPTED, DEFAULT),
    ("110", 100, ACCEPTED, Options(relative=0.1)),
    ("110.1", 100, WRONG, Options(relative=0.1)),
    ("0.4", 0.3, ACCEPTED, Options(absolute=0.1)),
    ("0.41", 0.3, WRONG, Options(absolute=0.1)),
    ("123456789012345678", 123456789012345679, WRONG, DEFAULT),
    ("7", [5, 7], ACCEPTED, DEFAULT),
    ("", 5, MALFORMED, DEFAULT),
    ("no number at all", 5, MALFORMED, DEFAULT),
    ("NaN", 5, MALFORMED, DEFAULT),
    ("1/0", 5, MALFORMED, DEFAULT),
    ("1e999999999", 5, MALFORMED, DEFAULT),
    ("9" * 5000, 5, MALFORMED, DEFAULT),
    ("__import__('os').abort()", 5, MALFORMED, DEFAULT),
    ("<think>42", 42, MALFORMED, DEFAULT),
]


READ_IN_ITS_PLACE: dict[str, object] = {
    "The answer is 3 + 4 = 7": 7,
    "The total is 2 * 21 = 42": 42,
    "The answer is 3 × 5 = 15": 15,
    "The answer is $3\\times 5 = 15$": 15,
    "The answer is x = 5, where y = 3": 5,
    "\\boxed{x=3}": 3,
    "\\boxed{12{,}345}": 12345,
    "\\boxed{5 \\text{ cm}^2}": 5,
    "The answer is 1. No wait, the answer is 2.": 2,
    "If the answer is 3 then x = 1, so the answer is 4.": 4,
    "12 cm²": 12,
    "5 m²": 5,
    "5 m^2": 5,
    "The area is 12 cm2": 12,
    "x^2=9": 9,
    "minus 5": -5,
    "The answer is negative 5.": -5,
    "#### 42 not 43": 42,
    "x = 7 (see page 12)": 7,
    "42\n\nStep 2 done": 42,
    "The answer is: step 1: 5": 5,
    "The answer is 7. Checked on 3 lines": 7,
    "The answer is 42!": 42,
    "range: -3": -3,
    "5'": 5,
    "The answer is approximately 5": 5,
    "1_000": 1000,
    "So 7 (not 8)": 7,
    "She sells 16 - 3 - 4 = <<16-3-4=9>>9 eggs.\nThat is 9 * 2 = $<<9*2=18>>18.": 18,
    "It takes 2/2 = 1 bolt.\nSo it takes 2 + 1 = **3** bolts in all.": 3,
    "It was 2024\n42 it is": 42,
    "<b>42</b>": 42,
    "6 * 7 => 42": 42,
    "x → 42": 42,
    "1. 42": 42,
    "The answer is 5 apples and 2 pears": 5,
}


@pytest.mark.parametrize("text", READ_IN_ITS_PLACE)
def test_a_number_is_told_from_those_around_it(text: str) -> None:
    assert score(text, READ_IN_ITS_PLACE[text]) == ACCEPTED


@pytest.mark.parametrize(
    "text",
    ["The answer is 3 + 4", "\\boxed{3+4}", "\\boxed{3, 4}", "\\boxed{x=3, y=4}", "#### 3 or 4",
     "<answer>3 and 4</answer>", "The answer is not 42", "The answer isn't 42.",
     "I don't think it's 42", "cannot be 42", "between 3 and 4", "The answer is between 5 and 10",
     "between 3 kg and 4 kg", "between 3 and 4, but I cannot say. Ref 12", "3-4", "3–4", "3 to 4",
     "5 - 3", "5 -3", "either 3 or 4", "answer: 5 or 6", "3, 4", "The answer is more than 5",
     "at least 5", "up to 5", "> 5", "≥5", "x \\geq 5", "5 or more", "5 apples or more", "5+",
     "√16", "sqrt(16)", "\\sqrt{16}", "2^10", "2**10", "2¹⁰", "10^3", "5!", "5 ± 2", "5 (± 2)",
     "5 +/- 2", "12:30", "2024-05-06", "1/0", "1.2.3", "v1.2.3", "H2O", "0x10", "3x5", "3x",
     "1.5k", "$5M", "5 hundred", "10 minus 5", "3 plus 4", "6 divided by 2", "3/4/5",
     "The answer is 5. Wait, actually it is 6.", "log 5", "minus -5"],
)  # fmt: skip
def test_a_number_that_is_part_of_something_else_is_no_answer(text: str) -> None:
    golds = [*range(-10, 60), 1024, 2024, 1500]

    assert score(text, golds) == MALFORMED


@pytest.mark.parametrize(
    ("text", "options"),
    [(f"{left}{number}{right}", options)
     for number in ("1,5", "1.2.3", "9" * 200) for options in (DEFAULT,)
     for left, right in (("", ""), ("about ", ""), ("minus ", " kg"))],
)  # fmt: skip
def test_what_has_no_value_has_none_in_any_place(text: str, options: Options) -> None:
    assert score(text, [15, 1.5, 1.2], options) == MALFORMED


@pytest.mark.parametrize(
    ("text", "gold", "expected", "options"),
    READ,
    ids=[f"{n}-{r[0][:30]!r}" for n, r in enumerate(READ)],
)
def test_a_number_is_read_however_it_is_written(
    text: str, gold: object, expected: Score, options: Options
) -> None:
    assert score(text, gold, options) == expected


@pytest.mark.parametrize(
    "text",
    ["1" * 200_000, "1," * 100_000, "1 111" * 40_000, "\\boxed{" * 20_000, "answer is " * 20_000,
     "-" * 100_000, "1/" * 100_000, "{" * 50_000, "the answer is 1 = " * 10_000,
     "between 1 " * 20_000, "not it is that " * 20_000, "1 or " * 40_000, "=" * 100_000],
    ids=lambda text: text[:10],
)  # fmt: skip
def test_an_answer_that_repeats_itself_without_end_is_judged_all_the_same(text: str) -> None:
    assert score(text, 7).accepted is False


@pytest.mark.parametrize(
    ("expected", "fits"),
    [(5, True), (0.5, True), ("1/3", True), ("€ 1,234", True), ([1, "2"], True),
     (True, False), (None, False), ("five", False), ("5 or 6", False), ([], False), ({}, False)],
)  # fmt: skip
def test_gold_is_a_number_or_a_text_of_one(expected: object, fits: bool) -> None:
    assert (numeric.gold_fault(expected, DEFAULT) == "") is fits


@given(st.text() | st.text("0123456789.,eE+-/%$ ½\u00a0"), st.sampled_from([DEFAULT, COMMA]))
def test_no_text_stops_the_reading_of_numbers(text: str, options: Options) -> None:
    judged = score(text, 7, options)

    assert not (judged.accepted and judged.malformed)


@given(st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False, places=6))
def test_a_number_is_itself_with_separators_and_without(number: Decimal) -> None:
    assert score(f"{number:,f}", str(number)) == ACCEPTED
    assert score(f"The answer is {number:f}.", float(number), Options(relative=1e-12)) == ACCEPTED
    european = f"{number:,f}".translate(str.maketrans(",.", ".,"))
    assert score(european, f"{number:f}".replace(".", ","), COMMA) == ACCEPTED


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_whole_numbers_are_the_same_only_if_they_are(one: int, other: int) -> None:
    assert score(str(one), other).accepted == (one == other)
