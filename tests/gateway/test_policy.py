"""A policy is obeyed: its shares over many requests, its fallbacks where a target fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from tests.gateway.asgi import Exchange
from tests.gateway.house import (
    ANTHROPIC,
    CHAT,
    DIALECTS,
    MESSAGES,
    NOBODY,
    OPENAI,
    OWN,
    SECRET_WORD,
    answering,
    house,
    model,
    snapshot_of,
    write,
    write_policy,
)

from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Outcome, Record
from equipoise.gateway.plan import plan
from equipoise.testing.account import Ending
from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import Fault, Reply
from equipoise.testing.upstream import ScriptedUpstream

DAY = date(2026, 11, 24)


def both(
    folder: Path, first: Reply | None, *, dialect: Dialect = OPENAI, stream: bool = False
) -> tuple[Exchange, Record, int]:
    """Ask a model of two targets, the first of which replies so, or is not there.

    The reply, its record, and how many connections the second target saw.
    """

    async def run() -> tuple[Exchange, Record, int]:
        script = [] if first is None else [first]
        async with ScriptedUpstream(script) as chat, ScriptedUpstream(answering) as other:
            url = NOBODY if first is None else chat.base_url
            models = model("both", CHAT, MESSAGES)
            path = write(folder, models, chat=url, messages=other.base_url)
            async with house(path) as gateway:
                reply = await gateway.ask("both", dialect=dialect, stream=stream)
            return reply, gateway.last, other.connections

    return asyncio.run(run())


def test_shares_are_kept_over_many_requests(tmp_path: Path) -> None:
    models = write_policy(tmp_path, {CHAT: 0.7, MESSAGES: 0.3, OWN: 0.0})
    snapshot = snapshot_of(write(tmp_path, models), DAY)
    service = snapshot.service("routed")

    first = Counter(plan(snapshot, service, f"req_{n}", DAY)[0].id for n in range(400))

    # Four standard deviations of a binomial count: (400 × 0.7 × 0.3) ** 0.5 is 9.2.
    assert first[CHAT] + first[MESSAGES] == 400
    assert abs(first[CHAT] - 280) <= 37


def test_a_request_is_planned_the_same_whenever_it_is_asked_why(tmp_path: Path) -> None:
    models = write_policy(tmp_path, {CHAT: 0.5, MESSAGES: 0.5}, [OWN])
    snapshot = snapshot_of(write(tmp_path, models), DAY)
    service = snapshot.service("routed")
    once, again = ([plan(snapshot, service, f"r{n}", DAY) for n in range(40)] for _ in range(2))

    assert once == again
    assert {tuple(target.id for target in targets) for targets in once} == {
        (CHAT, MESSAGES, OWN),
        (MESSAGES, CHAT, OWN),
    }


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "first",
    [
        error(503),
        error(429),
        error(500),
        None,
        Reply(fault=Fault.reset()),
        Reply(chunks=(b": wait\n\n", b": wait\n\n"), fault=Fault.cut(8)),
    ],
    ids=["503", "429", "500", "refused", "reset", "cut before a word"],
)
def test_who_fails_before_the_first_word_is_stood_in_for(
    tmp_path: Path, first: Reply | None, stream: bool
) -> None:
    reply, record, others = both(tmp_path, first, stream=stream)

    assert (reply.status, others) == (200, 1)
    assert [(row.number, row.target, row.outcome) for row in record.attempts] == [
        (1, CHAT, Outcome.FAILED),
        (2, MESSAGES, Outcome.ANSWERED),
    ]
    assert record.outcome is Outcome.ANSWERED
    assert record.attempts[0].error.startswith("provider: ")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_after_the_first_word_nobody_takes_over_and_the_stream_says_that_it_broke(
    tmp_path: Path, dialect: Dialect
) -> None:
    whole = chat_stream("one two three four")
    cut = Reply(headers=whole.headers, chunks=whole.chunks, fault=Fault.cut(len(whole.body) // 2))

    reply, record, others = both(tmp_path, cut, dialect=dialect, stream=True)

    assert (reply.status, reply.whole, others) == (200, True, 0)
    assert b"one" in reply.body
    last = reply.body.decode().rstrip().splitlines()[-1]
    assert '"error":' in last
    assert b"[DONE]" not in reply.body
    assert b"message_stop" not in reply.body
    assert (record.status, record.outcome) == (200, Outcome.FAILED)
    assert [(row.target, row.outcome) for row in record.attempts] == [(CHAT, Outcome.FAILED)]
    assert record.attempts[0].estimated


def test_an_answer_cut_behind_its_last_word_is_not_whole_either(tmp_path: Path) -> None:
    whole = chat_stream("one two", usage=None)
    after = len(whole.body) - len(whole.chunks[-1])
    cut = Reply(headers=whole.headers, chunks=whole.chunks, fault=Fault.cut(after))

    streamed, _, _ = both(tmp_path, cut, stream=True)
    asked, record, others = both(tmp_path, cut)

    assert b"[DONE]" not in streamed.body
    # Nothing has gone to this client yet, but the answer has begun: it is not asked for twice.
    assert (asked.status, record.outcome, others) == (504, Outcome.FAILED, 0)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("upstream", "status", "outcome"),
    [(400, 400, Outcome.REFUSED), (401, 502, Outcome.FAILED), (403, 502, Outcome.FAILED)],
)
def test_what_no_other_target_can_mend_is_told_at_once(
    tmp_path: Path, dialect: Dialect, stream: bool, upstream: int, status: int, outcome: Outcome
) -> None:
    first = error(upstream, f"sk-9f2b7c and {SECRET_WORD}")

    reply, record, others = both(tmp_path, first, dialect=dialect, stream=stream)

    assert (reply.status, record.status, record.outcome, others) == (status, status, outcome, 0)
    told = reply.json["error"]["message"]
    # The client's own fault is explained to it; a quarrel about our key is none of its business.
    assert ("sk-9f2b7c" in told) is (status == 400)
    assert (
        reply.json["error"]["type"]
        == {
            (400, OPENAI): "invalid_request_error",
            (400, ANTHROPIC): "invalid_request_error",
            (502, OPENAI): "server_error",
            (502, ANTHROPIC): "api_error",
        }[status, dialect]
    )
    assert (record.attempts[0].cost_pico, record.attempts[0].estimated) == (0, False)


def test_a_record_keeps_nothing_of_what_an_endpoint_quotes(tmp_path: Path) -> None:
    for status in (400, 401, 429, 503):
        _, record, _ = both(tmp_path, error(status, f"you said {SECRET_WORD}"))

        assert record.attempts[0].error == f"provider: HTTP {status}"


def test_a_client_is_told_how_long_its_endpoint_asks_to_wait(tmp_path: Path) -> None:
    async def run() -> None:
        async with ScriptedUpstream([error(429, retry_after=1.5)]) as upstream:
            path = write(tmp_path, model("chat", CHAT), chat=upstream.base_url)
            async with house(path) as gateway:
                reply = await gateway.ask()

        assert (reply.status, reply.headers["retry-after"]) == (429, "2")
        assert (gateway.last.status, gateway.last.outcome) == (429, Outcome.FAILED)

    asyncio.run(run())


def test_an_endpoint_without_its_key_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAT_API_KEY", raising=False)

    async def run() -> None:
        async with ScriptedUpstream(answering) as upstream:
            url = upstream.base_url
            path = write(tmp_path, model("both", CHAT, MESSAGES), chat=url, messages=url)
            keyless = path.read_text().replace(
                "[endpoints.chat]", '[endpoints.chat]\napi_key = "env:CHAT_API_KEY"', 1
            )
            path.write_text(keyless)
            async with house(path) as gateway:
                reply = await gateway.ask("both")

        assert (reply.status, upstream.connections) == (200, 1)
        assert [exchange.ending for exchange in upstream.exchanges] == [Ending.WHOLE]
        assert [row.target for row in gateway.last.attempts] == [CHAT, MESSAGES]

    asyncio.run(run())
