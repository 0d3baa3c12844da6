"""The vendors' own clients speak to a gateway that runs as a process, and notice no difference."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from tests.gateway.house import ANTHROPIC, DIALECTS, OPENAI, SECRET_WORD, usage_of
from tests.gateway.official import PACKAGES, ask, client
from tests.gateway.process import EMBEDDED, Process

from equipoise.domain.endpoint import Dialect, Operator
from equipoise.domain.record import Outcome
from equipoise.testing.account import Ending
from equipoise.testing.upstream import ScriptedUpstream

PROMPT = "Name three colours of the rainbow."


@pytest.mark.parametrize("name", ["small", EMBEDDED])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_embedded_model_says_the_same_streamed_or_not(
    process: Process, dialect: Dialect, name: str
) -> None:
    whole, streamed = (
        ask(dialect, process.url, name, PROMPT, stream=stream, temperature=0.0)
        for stream in (False, True)
    )

    assert whole.text
    assert (whole.text, whole.reason, whole.counts) == (
        streamed.text,
        streamed.reason,
        streamed.counts,
    )
    for said in (whole, streamed):
        record = process.record(said.id)
        (attempt,) = record.attempts
        assert attempt.usage is not None
        assert (attempt.usage.input, attempt.usage.output) == said.counts
        assert (attempt.operator, attempt.target) == (Operator.SELF, f"local/{EMBEDDED}")
        assert attempt.cost_pico > 0


def test_the_embedded_model_says_the_same_to_every_client(process: Process) -> None:
    said = {
        ask(dialect, process.url, "small", PROMPT, stream=stream, temperature=0.0).text
        for dialect in DIALECTS
        for stream in (False, True)
    }

    assert len(said) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["chat", "messages", "own"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_endpoint_of_either_dialect_answers_a_client_of_either(
    process: Process, dialect: Dialect, name: str, stream: bool
) -> None:
    said = ask(dialect, process.url, name, "a rash 👋", stream=stream)

    counted = usage_of("a rash 👋")
    assert said.text == "On a rash 👋"
    assert said.reason == {OPENAI: "stop", ANTHROPIC: "end_turn"}[dialect]
    assert said.counts == (counted.input, counted.output)
    record = process.record(said.id)
    assert (record.outcome, record.dialect) == (Outcome.ANSWERED, dialect.value)
    assert [attempt.usage for attempt in record.attempts] == [counted]


@pytest.mark.parametrize(
    ("name", "text", "more", "kind", "status", "words"),
    [
        ("chat", "x", {"top_p": 0.5}, "BadRequestError", 400, "top_p"),
        ("chat", "x", {"seeed": 1}, "BadRequestError", 400, "seeed"),
        ("nobody", "x", {}, "NotFoundError", 404, "'nobody'"),
        ("clinic", SECRET_WORD, {}, "PermissionDeniedError", 403, "restricted"),
        ("chat", "x" * 30_000, {}, "", 413, "20,000 bytes"),
        ("chat", "status 400", {}, "BadRequestError", 400, "not now"),
        ("chat", "status 401", {}, "InternalServerError", 502, "key"),
        ("chat", "status 429", {}, "RateLimitError", 429, "not now"),
        ("messages", "status 503", {}, "", 503, "not now"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refusal_is_an_exception_of_the_clients_own(  # the table says it all
    process: Process,
    upstream: ScriptedUpstream,
    dialect: Dialect,
    stream: bool,
    name: str,
    text: str,
    more: dict[str, Any],
    kind: str,
    status: int,
    words: str,
) -> None:
    package = PACKAGES[dialect]
    before = upstream.connections
    expected = getattr(package, kind) if kind else package.APIStatusError

    with pytest.raises(expected) as caught:
        ask(dialect, process.url, name, text, stream=stream, **more)

    assert caught.value.status_code == status
    assert words in str(caught.value)
    assert SECRET_WORD not in str(caught.value)
    assert upstream.connections - before == ("status" in text)
    record = process.records()[-1]
    assert record.status == status
    assert SECRET_WORD not in str(record)


@pytest.mark.parametrize("name", ["chat", "messages"])
def test_a_stream_that_breaks_off_never_ends_well(process: Process, name: str) -> None:
    said: list[str] = []
    turns: Any = [{"role": "user", "content": "cut"}]
    with client(OPENAI, process.url) as opened:
        chunks = opened.chat.completions.create(model=name, messages=turns, stream=True)
        with pytest.raises(openai.APIError):
            said += (chunk.choices[0].delta.content for chunk in chunks)
    with client(ANTHROPIC, process.url) as opened:
        begun = opened.messages.stream(model=name, messages=turns, max_tokens=9)
        with begun as stream, pytest.raises(anthropic.APIError):
            said += stream.text_stream

    assert said.count("one t") == 2
    assert [record.outcome for record in process.records()[-2:]] == [Outcome.FAILED] * 2


@pytest.mark.parametrize("name", ["chat", "messages"])
def test_a_client_that_closes_its_stream_is_let_go(
    process: Process, upstream: ScriptedUpstream, name: str
) -> None:
    before = len(upstream.exchanges)
    with client(OPENAI, process.url) as opened:
        turns = [{"role": "user", "content": "hang"}]
        stream = opened.chat.completions.create(model=name, messages=turns, stream=True)
        first = next(chunk for chunk in stream if chunk.choices[0].delta.content)
        stream.close()

    record = process.record(first.id)
    end = time.monotonic() + 10
    while len(upstream.exchanges) == before and time.monotonic() < end:
        time.sleep(0.02)

    assert upstream.exchanges[before].ending is Ending.CLIENT_GONE
    assert (record.status, record.outcome) == (499, Outcome.CANCELLED)
    assert [(row.usage, row.estimated) for row in record.attempts] == [(None, True)]


def test_clients_at_once_disturb_nobody(process: Process) -> None:
    def put(number: int) -> str:
        dialect = DIALECTS[number % 2]
        name = ("small", "chat", "messages")[number % 3]
        more = {"temperature": 0.0, "max_tokens": 4}
        stream = number % 4 < 2
        return ask(dialect, process.url, name, f"Say {number}.", stream=stream, **more).text

    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(put, range(24)))

    for number, text in enumerate(texts):
        assert text == f"On Say {number}." if number % 3 else text


def test_both_clients_read_the_list_of_models(process: Process) -> None:
    for dialect in DIALECTS:
        with client(dialect, process.url) as opened:
            names = [row.id for row in opened.models.list()]

        assert names == sorted(["chat", "clinic", "messages", "own", "small", EMBEDDED])


def test_what_is_not_there_is_an_exception_of_the_clients_own(process: Process) -> None:
    with client(OPENAI, process.url) as opened, pytest.raises(openai.NotFoundError):
        opened.embeddings.create(model="chat", input="x")
    with client(ANTHROPIC, process.url) as opened, pytest.raises(anthropic.NotFoundError):
        opened.messages.count_tokens(model="chat", messages=[{"role": "user", "content": "x"}])
    with client(OPENAI, process.url) as opened, pytest.raises(openai.APIStatusError) as caught:
        opened.get("/chat/completions", cast_to=httpx2.Response)

    assert caught.value.status_code == 405


def test_a_gateway_that_is_ready_says_so(process: Process) -> None:
    for path in ("/livez", "/readyz"):
        assert httpx2.get(process.url + path).json() == {"status": "ok"}
        assert httpx2.head(process.url + path).status_code == 200
