"""Prompts that are asked in turn find their beginnings cached, whatever they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from equipoise.domain.request import Answer, Message
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings

Beginning = tuple[Message, ...]

NURSE = Message("system", "You are a triage nurse. " + "Read with care and name the ward. " * 14)
CLERK = Message("system", "You sort letters. " + "Say which desk has to answer. " * 16)
TEACHER = Message("system", "You mark the work of pupils. " + "Give a mark and no reason. " * 16)
JUDGE = Message("system", "You hear both sides. " + "Say who is right and nothing more. " * 14)
# The template opens the assistant's turn after a beginning, in no more tokens than this.
OPENING = 5


def shots(count: int) -> Beginning:
    """Worked examples, the first ones the same."""
    return tuple(
        message
        for number in range(count)
        for message in (
            Message("user", f"Note {number}: a cough for {number + 3} days, a mild fever since"),
            Message("assistant", "pulmonology"),
        )
    )


@pytest.fixture
def cached(
    engine: LlamaCppEngine, runner: asyncio.Runner, ask: Callable[..., Answer]
) -> Callable[[Beginning, int], bool]:
    """Asks a question after a beginning, and says whether all of the beginning was cached."""

    def put(beginning: Beginning, number: int) -> bool:
        answer = ask(*beginning, Message("user", f"Case {number}?"), max_output_tokens=1)
        assert answer.usage is not None
        assert answer.usage.cached < answer.usage.input
        return answer.usage.cached >= runner.run(engine.count_tokens(beginning)) - OPENING

    return put


@pytest.mark.parametrize(
    "beginnings",
    [
        pytest.param([(NURSE,), (CLERK,)], id="two prompts"),
        pytest.param([(NURSE,), (CLERK,), (TEACHER,)], id="more prompts than slots"),
        pytest.param([(CLERK, *shots(1)), (CLERK, *shots(5))], id="one prompt begins the other"),
        pytest.param([(CLERK, *shots(4)), (CLERK, *shots(5))], id="they share nearly all"),
    ],
)
def test_prompts_asked_in_turn_are_cached_from_the_second_round_on(
    cached: Callable[[Beginning, int], bool], beginnings: list[Beginning]
) -> None:
    for turn in range(3):
        found = [cached(beginning, turn) for beginning in beginnings]

        assert turn == 0 or all(found)


def test_a_prompt_asked_alone_is_read_once_for_every_slot(
    cached: Callable[[Beginning, int], bool], settings: LlamaCppSettings
) -> None:
    found = [cached((JUDGE,), number) for number in range(settings.slots + 3)]

    assert not found[0]
    assert all(found[settings.slots :])
