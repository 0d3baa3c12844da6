"""The embedded engine answers, on the packaged weights and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable

import httpx2
import pytest
from jsonschema import Draft202012Validator

from equipoise.domain.event import Counted, Finished, TextDelta, gather
from equipoise.domain.request import Answer, AnswerFormat, Message, Request, StopReason
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.errors import RequestRefusedError

Ask = Callable[..., Answer]
COUNT = Message("user", "Count from one to ten.")
WARDS = ["lung", "skin", "general"]


def test_it_runs_in_a_process_of_its_own_and_answers(engine: LlamaCppEngine, ask: Ask) -> None:
    answer = ask(Message("user", "Say yes."), max_output_tokens=4)

    assert engine.pid not in (None, os.getpid())
    assert answer.text
    assert answer.usage is not None
    assert answer.usage.output == 4
    assert answer.stop_reason is StopReason.LENGTH


def test_an_answer_that_is_done_says_so(ask: Ask) -> None:
    answer = ask(
        Message("system", "You answer with one word."),
        Message("user", "What colour is the sky?"),
        max_output_tokens=100,
    )

    assert answer.stop_reason is StopReason.END


def test_a_stream_comes_in_pieces_then_its_end_then_its_count(
    engine: LlamaCppEngine, runner: asyncio.Runner
) -> None:
    request = Request("smol", (COUNT,), max_output_tokens=12, temperature=0.0)

    async def pieces() -> list[type]:
        return [type(event) async for event in engine.stream(request)]

    kinds = runner.run(pieces())

    assert kinds.count(TextDelta) > 3
    assert kinds[-2:] == [Finished, Counted]


def test_at_temperature_zero_the_same_question_has_the_same_answer(ask: Ask) -> None:
    assert ask(COUNT).text == ask(COUNT).text


def test_a_seed_repeats_an_answer_and_another_seed_does_not(ask: Ask) -> None:
    answers = [
        ask(Message("user", "Invent a name for a town."), temperature=1.0, seed=seed).text
        for seed in (1, 1, 2, 3)
    ]

    assert answers[0] == answers[1]
    assert len(set(answers)) > 1


def test_a_stop_sequence_ends_the_answer_and_is_not_part_of_it(ask: Ask) -> None:
    whole = ask(COUNT, max_output_tokens=30)
    stop = whole.text[9:12]
    answer = ask(COUNT, max_output_tokens=30, stop=(stop,))

    assert answer.text == whole.text.split(stop)[0]
    assert answer.stop_reason is StopReason.END


def test_an_answer_held_to_a_schema_satisfies_it(ask: Ask) -> None:
    schema = {
        "type": "object",
        "properties": {
            "ward": {"type": "string", "enum": WARDS},
            "urgent": {"type": "boolean"},
            "days": {"type": "integer"},
        },
        "required": ["ward", "urgent", "days"],
        "additionalProperties": False,
    }
    answer = ask(
        Message("user", "Patient with a cough for three days. Fill in the form."),
        answer_format=AnswerFormat("form", schema),
        max_output_tokens=64,
    )

    assert answer.stop_reason is StopReason.END
    Draft202012Validator(schema).validate(json.loads(answer.text))


@pytest.mark.parametrize("complaint", ["a cough", "a rash", "Ausschlag 你好 👋", ""])
def test_an_answer_held_to_a_choice_is_one_of_it(ask: Ask, complaint: str) -> None:
    choice = AnswerFormat("ward", {"type": "string", "enum": WARDS})
    answer = ask(Message("user", f"Which ward? {complaint}"), answer_format=choice, temperature=1.5)

    assert json.loads(answer.text) in WARDS


@pytest.mark.parametrize(
    "messages",
    [
        (Message("user", "Say yes."),),
        (Message("system", "Be brief."), Message("user", "Grüße, 你好 👋")),
        (Message("user", "a"), Message("assistant", "b"), Message("user", "c " * 200)),
    ],
)
def test_tokens_are_counted_as_the_endpoint_counts_them(
    engine: LlamaCppEngine, runner: asyncio.Runner, ask: Ask, messages: tuple[Message, ...]
) -> None:
    answer = ask(*messages, max_output_tokens=1)

    assert answer.usage is not None
    assert runner.run(engine.count_tokens(messages)) == answer.usage.input


def test_logprobs_tell_of_every_token_and_of_the_likeliest_others(ask: Ask) -> None:
    answer = ask(COUNT, max_output_tokens=6, top_logprobs=3)

    assert "".join(row.token for row in answer.logprobs) == answer.text
    assert len(answer.logprobs) == 6
    for row in answer.logprobs:
        assert row.logprob <= 0
        assert len(row.alternatives) == 3
        assert row.alternatives[0] == (row.token, row.logprob)


def test_a_prompt_beyond_the_context_is_refused_and_says_by_how_much(ask: Ask) -> None:
    with pytest.raises(RequestRefusedError, match="exceeds the available context size"):
        ask(Message("user", "word " * 3000))


def test_a_schema_that_is_none_is_refused(ask: Ask) -> None:
    with pytest.raises(RequestRefusedError, match="nonsense"):
        ask(COUNT, answer_format=AnswerFormat("form", {"type": "nonsense"}))


def test_more_requests_than_slots_are_all_answered(
    engine: LlamaCppEngine, runner: asyncio.Runner, settings: LlamaCppSettings
) -> None:
    async def one(number: int) -> Answer:
        messages = (Message("user", f"Say {number}."),)
        request = Request("smol", messages, max_output_tokens=4)
        return gather([event async for event in engine.stream(request)])

    async def many() -> list[Answer]:
        return await asyncio.gather(*(one(number) for number in range(3 * settings.slots)))

    assert all(answer.usage for answer in runner.run(many()))


def test_requests_that_follow_at_once_are_all_answered(ask: Ask) -> None:
    # llama.cpp's server closes kept connections when asked too soon; see `engines/http.py`.
    for _ in range(100):
        assert ask(Message("user", "Say yes."), max_output_tokens=1).usage


def test_an_answer_nobody_waits_for_frees_its_slot(
    engine: LlamaCppEngine, runner: asyncio.Runner
) -> None:
    story = Request("smol", (Message("user", "Tell a long story."),), max_output_tokens=1500)
    headers = {"authorization": f"Bearer {engine._settings.api_key}"}

    async def busy(client: httpx2.AsyncClient) -> bool:
        slots = (await client.get(f"{engine._address}/slots", headers=headers)).json()
        return any(slot["is_processing"] for slot in slots)

    async def abandon() -> bool:
        events = engine.stream(story)
        await anext(events)
        async with httpx2.AsyncClient() as client:
            assert await busy(client)
            await events.aclose()
            async with asyncio.timeout(3):
                while await busy(client):
                    await asyncio.sleep(0.02)
        return True

    assert runner.run(abandon())
