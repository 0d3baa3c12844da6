"""Requests, usage and the events of an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.event import Counted, Event, Finished, TextDelta, gather
from equipoise.domain.request import Answer, StopReason, TokenLogprob, Usage


@given(st.lists(st.text(max_size=5)))
def test_the_pieces_of_an_answer_are_its_text(pieces: list[str]) -> None:
    assert gather([TextDelta(piece) for piece in pieces]).text == "".join(pieces)


def test_an_answer_is_gathered_whole() -> None:
    first, second = TokenLogprob("a", -0.1), TokenLogprob("b", -0.2, (("c", -2.0),))
    events: list[Event] = [
        TextDelta("a", (first,)),
        TextDelta("b", (second,)),
        Finished(StopReason.LENGTH),
        Counted(Usage(7, 2, cached=5)),
    ]

    assert gather(events) == Answer("ab", StopReason.LENGTH, Usage(7, 2, cached=5), (first, second))


def test_the_last_count_is_the_count() -> None:
    counts: list[Event] = [Counted(Usage(7, 1)), Counted(Usage(7, 2))]

    assert gather(counts).usage == Usage(7, 2)


def test_an_answer_that_did_not_say_its_end_is_not_taken_for_a_finished_one() -> None:
    assert gather([TextDelta("half")]) == Answer("half", StopReason.OTHER, None)


@pytest.mark.parametrize("part", ["input", "output", "cached", "reasoning"])
def test_token_counts_are_never_negative(part: str) -> None:
    counts = {"input": 1, "output": 1, "cached": 0, "reasoning": 0, part: -1}

    with pytest.raises(ValueError, match="negative"):
        Usage(**counts)


def test_cached_tokens_are_a_part_of_the_input() -> None:
    assert Usage(5, 0, cached=5).cached == 5
    with pytest.raises(ValueError, match="exceed"):
        Usage(4, 0, cached=5)
