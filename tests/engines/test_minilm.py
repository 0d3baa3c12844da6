"""The embedded embedding model against figures that its developers print, and its tokenizer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.engines import minilm
from equipoise.engines.wordpiece import WordPiece
from equipoise.errors import WeightsMissingError

PIECES = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "un",
    "##aff",
    "##able",
    "cafe",
    "don",
    "'",
    "t",
    "你",
    "好",
    "$",
]
SMALL = WordPiece({piece: number for number, piece in enumerate(PIECES)}, 8)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("unaffable", ["un", "##aff", "##able"]),
        ("UNAFFABLE", ["un", "##aff", "##able"]),
        ("unaffables", ["[UNK]"]),
        ("Café", ["cafe"]),
        ("Cafe\u0301\0", ["cafe"]),
        ("don't", ["don", "'", "t"]),
        ("你好", ["你", "好"]),
        ("$t", ["$", "t"]),
        ("t" * 200, ["[UNK]"]),
        ("", []),
        ("t " * 100, ["t"] * 6),
    ],
)
def test_words_are_cut_into_the_longest_pieces_that_are_known(text: str, pieces: list[str]) -> None:
    assert [PIECES[n] for n in SMALL.encode(text)] == ["[CLS]", *pieces, "[SEP]"]


@given(st.text())
def test_any_text_has_pieces_and_no_more_than_are_read(text: str) -> None:
    numbers = SMALL.encode(text)

    assert (numbers[0], numbers[-1]) == (1, 2)
    assert len(numbers) <= 8


def test_the_error_function_is_as_fine_as_single_precision() -> None:
    x = np.linspace(-6, 6, 2_001, dtype=np.float32)

    assert minilm._erf(x) == pytest.approx(np.vectorize(math.erf)(x), abs=5e-7)


def test_without_the_weights_the_error_says_how_to_get_them() -> None:
    if minilm.installed():
        pytest.skip("the weights are installed")
    with pytest.raises(WeightsMissingError) as missing:
        minilm.packaged()
    assert "make minilm" in missing.value.hint


# sbert.net/docs/sentence_transformer/usage/usage.html, read 2026-11.
PRINTED = {
    ("The weather is lovely today.", "It's so sunny outside!"): 0.6660,
    ("The weather is lovely today.", "He drove to the stadium."): 0.1046,
    ("It's so sunny outside!", "He drove to the stadium."): 0.1411,
}


@pytest.mark.skipif(not minilm.installed(), reason="the weights of MiniLM are not installed")
def test_cosines_are_those_that_its_developers_print() -> None:
    for (one, other), printed in PRINTED.items():
        first, second = minilm.packaged().embed([one, other])
        assert math.hypot(*first) == pytest.approx(1, abs=1e-5)
        cosine = sum(a * b for a, b in zip(first, second, strict=True))
        assert cosine == pytest.approx(printed, abs=5e-4)
