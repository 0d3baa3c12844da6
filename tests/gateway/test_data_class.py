"""The data class disposes: nothing leaves for where it may not go, whatever a policy proposes."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.house import (
    CHAT,
    DIALECTS,
    MESSAGES,
    OWN,
    SECRET_WORD,
    TOMORROW,
    answering,
    house,
    model,
    snapshot_of,
    write,
    write_policy,
)

from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Outcome
from equipoise.domain.workload import DataClass
from equipoise.errors import DataClassError
from equipoise.gateway.plan import plan
from equipoise.testing.replies import error
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

CLINIC = model("clinic", CHAT, MESSAGES, workload="clinic")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_undeclared_data_reaches_no_vendor_though_a_key_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect: Dialect, stream: bool
) -> None:
    monkeypatch.setenv("CHAT_API_KEY", "sk-1")

    async def run() -> None:
        async with ScriptedUpstream(answering) as upstream:
            url = upstream.base_url
            path = write(tmp_path, CLINIC, chat=url, messages=url)
            keyed = path.read_text().replace(
                "[endpoints.chat]", '[endpoints.chat]\napi_key = "env:CHAT_API_KEY"', 1
            )
            path.write_text(keyed)
            async with house(path) as gateway:
                assert gateway.snapshot.targets[CHAT].endpoint.api_key == "env:CHAT_API_KEY"
                reply = await gateway.ask("clinic", SECRET_WORD, dialect=dialect, stream=stream)
                record = gateway.last

        assert (reply.status, upstream.connections, upstream.requests) == (403, 0, ())
        assert reply.json["error"]["type"] == "permission_error"
        assert "restricted data may go to none of" in reply.json["error"]["message"]
        assert SECRET_WORD not in f"{reply}{record}"
        assert (record.status, record.outcome, record.attempts) == (403, Outcome.REFUSED, ())
        assert record.data_class == "restricted"

    asyncio.run(run())


def test_a_policys_fallbacks_are_screened_too(tmp_path: Path) -> None:
    async def run() -> None:
        def busy(request: HttpRequest) -> Reply:
            return error(503)

        async with ScriptedUpstream(busy) as own, ScriptedUpstream(answering) as vendor:
            models = write_policy(tmp_path, {OWN: 1.0}, [CHAT], data_class="restricted")
            path = write(tmp_path, models, own=own.base_url, chat=vendor.base_url)
            async with house(path) as gateway:
                reply = await gateway.ask("routed")

        assert (reply.status, own.connections, vendor.connections) == (503, 1, 0)
        assert [attempt.target for attempt in gateway.last.attempts] == [OWN]

    asyncio.run(run())


def test_of_a_policy_and_a_workload_the_stricter_word_counts(tmp_path: Path) -> None:
    # The workload `open` is public.
    models = write_policy(tmp_path, {CHAT: 1.0}, data_class="confidential")

    service = snapshot_of(write(tmp_path, models)).service("routed")

    assert service.data_class is DataClass.CONFIDENTIAL


def test_a_term_holds_to_the_end_of_its_day_and_no_longer(tmp_path: Path) -> None:
    models = model("inner", CHAT, workload="inner")
    snapshot = snapshot_of(write(tmp_path, models, expires="2026-11-30"), date(2026, 11, 24))
    service = snapshot.service("inner")

    (target,) = plan(snapshot, service, "req_1", date(2026, 11, 30))
    with pytest.raises(DataClassError):
        plan(snapshot, service, "req_1", date(2026, 12, 1))

    assert target.id == CHAT


@pytest.mark.parametrize(("days", "status", "connections"), [(1, 200, 1), (-2, 403, 0)])
def test_a_term_that_lapses_closes_the_way_while_the_gateway_runs(
    tmp_path: Path, days: int, status: int, connections: int
) -> None:
    async def run() -> None:
        day = datetime.now(UTC).date() + timedelta(days=days)
        async with ScriptedUpstream(answering) as upstream:
            models = model("inner", CHAT, workload="inner")
            path = write(tmp_path, models, expires=day.isoformat(), chat=upstream.base_url)
            async with house(path) as gateway:
                reply = await gateway.ask("inner")

        assert (reply.status, upstream.connections) == (status, connections)

    asyncio.run(run())


@given(
    data_class=st.sampled_from(list(DataClass)),
    share=st.floats(0, 1),
    fallbacks=st.lists(st.sampled_from([CHAT, MESSAGES, OWN]), unique=True),
    number=st.integers(0, 10**9),
)
def test_no_plan_ever_holds_a_target_that_the_data_class_keeps_out(
    tmp_path_factory: pytest.TempPathFactory,
    data_class: DataClass,
    share: float,
    fallbacks: list[str],
    number: int,
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    models = write_policy(
        folder, {CHAT: share, MESSAGES: 1 - share}, fallbacks, data_class=data_class.value
    )
    snapshot = snapshot_of(write(folder, models, expires=TOMORROW), date(2026, 11, 24))
    # Both vendors agreed not to train, and to nothing else.
    vendors = {CHAT, MESSAGES} if data_class in (DataClass.PUBLIC, DataClass.INTERNAL) else set()
    allowed = vendors | ({OWN} & set(fallbacks))

    try:
        planned = plan(snapshot, snapshot.service("routed"), str(number), date(2026, 11, 24))
    except DataClassError:
        planned = ()

    assert {target.id for target in planned} == allowed
    assert len(planned) == len(allowed)
