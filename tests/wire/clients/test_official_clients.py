"""The vendors' own Python packages, where installed, talk to the codecs without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from tests.wire.clients.cases import ANTHROPIC, OPENAI

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Counted, Event, Finished, TextDelta, gather
from equipoise.domain.request import StopReason, TokenLogprob, Usage
from equipoise.errors import EquipoiseError, OverloadedError
from equipoise.wire.clients.codec import CLIENTS

PIECES: list[Event] = [
    TextDelta("lung", (TokenLogprob("lung", -0.25, (("skin", -1.5),)),)),
    TextDelta(" ward 👋"),
]
END: list[Event] = [Finished(StopReason.END), Counted(Usage(1204, 75, cached=1152))]
BROKEN = OverloadedError("no room", hint="Ask later.")
USER: Any = [{"role": "user", "content": "cough"}]


def gateway(dialect: Dialect, *, breaks_off: bool) -> Callable[[httpx2.Request], httpx2.Response]:
    """The least gateway: it reads the request, and answers as the request wants."""
    codec = CLIENTS[dialect]

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(200, content=codec.encode_models(["triage"], 1763900000))
        assert request.url.path == codec.path
        try:
            asked = codec.decode_request(request.content)
        except EquipoiseError as error:
            return httpx2.Response(error.status, content=codec.encode_error(error))
        if not asked.stream:
            whole = codec.encode_answer(asked, "answer-1", 1763900000, gather([*PIECES, *END]))
            return httpx2.Response(200, content=whole)
        stream = codec.stream_encoder(asked, "answer-1", 1763900000)
        content = stream.keep_alive() + b"".join(map(stream.feed, PIECES)) + stream.keep_alive()
        if breaks_off:
            content += stream.fail(BROKEN)
        else:
            content += b"".join(map(stream.feed, END)) + stream.finish()
        return httpx2.Response(200, content=content, headers={"content-type": "text/event-stream"})

    return answer


def client(dialect: Dialect, *, breaks_off: bool = False) -> Any:
    """A client of the vendor's, whose network ends in the gateway above."""
    name, kind, base = {
        OPENAI: ("openai", "OpenAI", "http://gateway.invalid/v1"),
        ANTHROPIC: ("anthropic", "Anthropic", "http://gateway.invalid"),
    }[dialect]
    package = pytest.importorskip(name, reason=f"the package {name} is not installed")
    transport = httpx2.MockTransport(gateway(dialect, breaks_off=breaks_off))
    return getattr(package, kind)(
        api_key="k", base_url=base, max_retries=0, http_client=httpx2.Client(transport=transport)
    )


def test_openai_parses_a_whole_answer() -> None:
    with client(OPENAI) as openai:
        answer = openai.chat.completions.create(
            model="triage", messages=USER, logprobs=True, top_logprobs=1
        )

    assert (answer.id, answer.object) == ("answer-1", "chat.completion")
    assert (answer.model, answer.choices[0].message.role) == ("triage", "assistant")
    assert answer.choices[0].message.content == "lung ward 👋"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].logprobs.content[0].top_logprobs[0].token == "skin"
    assert answer.usage.total_tokens == 1279
    assert answer.usage.prompt_tokens_details.cached_tokens == 1152
    assert type(answer).model_validate(answer.model_dump(), strict=True) == answer


def test_openai_parses_a_stream() -> None:
    with (
        client(OPENAI) as openai,
        openai.chat.completions.stream(
            model="triage", messages=USER, stream_options={"include_usage": True}
        ) as stream,
    ):
        for _ in stream:
            pass
        answer = stream.get_final_completion()

    assert answer.choices[0].message.content == "lung ward 👋"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens_details.cached_tokens == 1152


def test_openai_raises_where_a_stream_breaks_off() -> None:
    openai = client(OPENAI, breaks_off=True)
    error = pytest.importorskip("openai").APIError

    with openai, pytest.raises(error, match=r"no room\. Ask later\."):
        list(openai.chat.completions.create(model="triage", messages=USER, stream=True))


def test_openai_raises_its_own_error_at_a_refusal() -> None:
    openai = client(OPENAI)
    error = pytest.importorskip("openai").BadRequestError

    with openai, pytest.raises(error, match="n: cannot be carried") as caught:
        openai.chat.completions.create(model="triage", messages=USER, n=2)
    assert (caught.value.type, caught.value.code) == ("invalid_request_error", None)


def test_openai_lists_models() -> None:
    with client(OPENAI) as openai:
        assert [model.id for model in openai.models.list()] == ["triage"]


def test_anthropic_parses_a_whole_answer() -> None:
    with client(ANTHROPIC) as anthropic:
        answer = anthropic.messages.create(model="triage", max_tokens=8, messages=USER)

    assert (answer.id, answer.type, answer.role) == ("answer-1", "message", "assistant")
    assert (answer.content[0].type, answer.content[0].text) == ("text", "lung ward 👋")
    assert (answer.stop_reason, answer.stop_sequence) == ("end_turn", None)
    assert (answer.usage.input_tokens, answer.usage.cache_read_input_tokens) == (52, 1152)
    assert type(answer).model_validate(answer.model_dump(), strict=True) == answer


def test_anthropic_parses_a_stream() -> None:
    with (
        client(ANTHROPIC) as anthropic,
        anthropic.messages.stream(model="triage", max_tokens=8, messages=USER) as stream,
    ):
        assert "".join(stream.text_stream) == "lung ward 👋"
        answer = stream.get_final_message()

    assert (answer.model, answer.stop_reason) == ("triage", "end_turn")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (52, 75)
    assert answer.usage.cache_read_input_tokens == 1152


def test_anthropic_raises_where_a_stream_breaks_off() -> None:
    anthropic = client(ANTHROPIC, breaks_off=True)
    error = pytest.importorskip("anthropic").APIError

    with (
        anthropic,
        pytest.raises(error, match="no room"),
        anthropic.messages.create(
            model="triage", max_tokens=8, messages=USER, stream=True
        ) as stream,
    ):
        list(stream)


def test_anthropic_raises_its_own_error_at_a_refusal() -> None:
    anthropic = client(ANTHROPIC)
    error = pytest.importorskip("anthropic").BadRequestError

    with anthropic, pytest.raises(error, match="tools: cannot be carried"):
        anthropic.messages.create(
            model="triage", max_tokens=8, messages=USER, tools=[{"name": "a", "input_schema": {}}]
        )


def test_anthropic_lists_models() -> None:
    with client(ANTHROPIC) as anthropic:
        assert [model.display_name for model in anthropic.models.list()] == ["triage"]
