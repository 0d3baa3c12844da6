"""Every cost is what the endpoint bills, to the picodollar; what nobody counted is an estimate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.house import (
    CHAT,
    DIALECTS,
    MESSAGES,
    OWN,
    answering,
    house,
    model,
    usage_of,
    write,
    write_policy,
)

from equipoise.catalog import endpoints, hardware, models, prices
from equipoise.domain.endpoint import Target
from equipoise.domain.hardware import RateCard
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.provenance import Source
from equipoise.domain.request import Usage
from equipoise.gateway.tariff import LONGEST_PROMPT, by_the_hour, by_the_token, guess
from equipoise.ledger.sqlite import SqliteLedger
from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

COUNTS = st.integers(0, 10**7)


def bill(accounts: Mapping[str, Usage], today: date) -> int:
    """What an upstream bills for its account, by the catalog's prices, in picodollars."""
    places = {"gpt-5-mini": "openai", "claude-haiku-4-5": "anthropic"}
    rows = {endpoint.id: endpoint for endpoint in endpoints.endpoints()}
    total = 0
    for name, usage in accounts.items():
        card = prices.rate_card(Target(models.find(name), rows[places[name]]), today)
        assert card.cached is not None
        plain = usage.input - usage.cached
        total += plain * card.input + usage.cached * card.cached + usage.output * card.output
    return total


def flaky(request: HttpRequest) -> Reply:
    """Every endpoint fails for some prompts, each for others."""
    number = int(request.body["messages"][-1]["content"].split()[-1])
    failing = 5 if request.model == "gpt-5-mini" else 7
    if number % failing == 0:
        return error(503, dialect=request.dialect)
    return answering(request)


@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.slow)])
def test_the_ledgers_sum_is_the_upstreams_own_bill(tmp_path: Path, count: int) -> None:
    async def run() -> None:
        async with ScriptedUpstream(flaky) as upstream:
            url = upstream.base_url
            policy = write_policy(tmp_path, {CHAT: 0.6, MESSAGES: 0.4})
            path = write(tmp_path, policy, chat=url, messages=url)
            ledger = SqliteLedger(tmp_path / "ledger.db")
            limit = asyncio.Semaphore(16)
            async with house(path, ledger) as gateway:

                async def ask(number: int) -> int:
                    dialect = DIALECTS[number % 2]
                    stream = number // 2 % 2 == 0
                    async with limit:
                        reply = await gateway.ask(
                            "routed", f"note {number}", dialect=dialect, stream=stream
                        )
                    return reply.status

                statuses = await asyncio.gather(*map(ask, range(count)))
            (total,) = ledger.summary()
            records = list(ledger.records())
            ledger.close()

        today = datetime.now(UTC).date()
        billed = upstream.account.billed
        assert not upstream.problems
        # Both fail for every thirty-fifth prompt, and for no other.
        failed = [n for n, status in enumerate(statuses) if status == 503]
        assert failed == [n for n in range(count) if n % 35 == 0]
        assert total.requests == len(records) == count
        assert total.attempts == len(upstream.requests)
        assert total.input_tokens == sum(usage.input for usage in billed.values())
        assert total.output_tokens == sum(usage.output for usage in billed.values())
        assert total.cost_pico == bill(billed, today) > 0
        assert total.estimated_pico == 0

    asyncio.run(run())


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_nobody_counted_is_estimated_and_says_so(
    tmp_path: Path, stream: bool
) -> None:
    async def run() -> None:
        script = [chat_stream("Drink tea and rest.", usage=None)]
        async with ScriptedUpstream(script) as upstream:
            path = write(tmp_path, model("chat", CHAT), chat=upstream.base_url)
            async with house(path) as gateway:
                reply = await gateway.ask(text="A cough.", stream=stream)
                (attempt,) = gateway.last.attempts

        assert reply.status == 200
        assert (attempt.usage, attempt.estimated) == (None, True)
        tariff = gateway.snapshot.tariffs[CHAT]
        assert (
            attempt.cost_pico == tariff.cost(Usage(2, 5), 0) == 2 * tariff.input + 5 * tariff.output
        )

    asyncio.run(run())


@pytest.mark.parametrize("count", [Usage(2**62, 1), Usage(1, 10**12), Usage(1, 1, 0, 2**63)])
def test_a_count_beyond_belief_is_estimated_like_none(tmp_path: Path, count: Usage) -> None:
    async def run() -> None:
        async with ScriptedUpstream([chat_stream("Rest.", usage=count)]) as upstream:
            path = write(tmp_path, model("chat", CHAT), chat=upstream.base_url)
            async with house(path, SqliteLedger(tmp_path / "ledger.db")) as gateway:
                reply = await gateway.ask(text="A cough.")
                (attempt,) = gateway.last.attempts
                gateway.ledger.close()

        assert reply.status == 200
        assert (attempt.usage, attempt.estimated) == (None, True)
        assert 0 < attempt.cost_pico < PICO_PER_DOLLAR

    asyncio.run(run())


def test_a_reply_that_is_no_reply_has_cost_its_prompt(tmp_path: Path) -> None:
    async def run() -> None:
        nonsense = Reply(chunks=(b"data: {{\n\n",))
        async with ScriptedUpstream([nonsense]) as upstream:
            path = write(tmp_path, model("chat", CHAT), chat=upstream.base_url)
            async with house(path) as gateway:
                reply = await gateway.ask(text="A cough.")
                (attempt,) = gateway.last.attempts

        assert reply.status == 502
        assert (attempt.usage, attempt.estimated) == (None, True)
        assert attempt.cost_pico == 2 * gateway.snapshot.tariffs[CHAT].input

    asyncio.run(run())


@pytest.mark.parametrize("counted", [True, False])
def test_what_we_run_ourselves_costs_its_time(tmp_path: Path, counted: bool) -> None:
    async def run() -> None:
        usage = usage_of("") if counted else None
        script = [replace(chat_stream("Yes.", usage=usage), delay_before=0.05)]
        async with ScriptedUpstream(script) as upstream:
            path = write(tmp_path, model("own", OWN), own=upstream.base_url)
            async with house(path) as gateway:
                await gateway.ask("own")
                (attempt,) = gateway.last.attempts

        hour = round(hardware.find("l4").usd_per_hour * PICO_PER_DOLLAR)
        assert attempt.total_ms >= 50
        assert attempt.cost_pico == round(attempt.total_ms / 1000 * hour / 3600) > 0
        assert (attempt.usage, attempt.estimated) == (usage, False)
        assert "l4" in attempt.price_id

    asyncio.run(run())


def card(price: int) -> RateCard:
    """A rate card whose output costs four times its input, and cached input a tenth."""
    return RateCard("at/model", price, price * 4, price // 10, None, None, Source("list"), ())


@given(
    steps=st.lists(st.integers(1_001, LONGEST_PROMPT - 1), max_size=3, unique=True).map(sorted),
    data=st.data(),
)
def test_a_longer_prompt_costs_what_the_vendor_asks_for_its_length(
    steps: list[int], data: st.DataObject
) -> None:
    def rate_card(tokens: int) -> RateCard:
        return card(1_000 * (1 + sum(tokens > step for step in steps)))

    tariff = by_the_token(rate_card)
    near = [step + beyond for step in steps for beyond in (0, 1)]
    tokens = data.draw(st.sampled_from(near) | COUNTS if near else COUNTS)
    cached = data.draw(st.integers(0, tokens))

    price = rate_card(tokens).input
    assert tariff.cost(Usage(tokens, 7, cached), 3.0) == (
        (tokens - cached) * price + cached * (price // 10) + 7 * price * 4
    )


def test_a_model_of_the_catalog_that_is_dearer_for_long_prompts_is_charged_so() -> None:
    day = date(2026, 11, 24)
    vendor = {endpoint.id: endpoint for endpoint in endpoints.endpoints()}["anthropic"]
    target = Target(models.find("claude-haiku-5-5"), vendor)
    tariff = by_the_token(lambda tokens: prices.rate_card(target, day, tokens))

    for tokens in (2_000, 100_000, 100_001, 150_000, 900_000):
        asked = prices.rate_card(target, day, tokens)
        assert tariff.cost(Usage(tokens, 10), 0) == tokens * asked.input + 10 * asked.output

    assert tariff.longer is not None
    assert tariff.longer.input > tariff.input


@given(seconds=st.floats(0, 1e5))
def test_an_hour_of_a_machine_is_charged_by_the_second(seconds: float) -> None:
    machine = hardware.find("l4")

    cost = by_the_hour(machine).cost(Usage(10**6, 10**6), seconds)

    assert cost == pytest.approx(
        machine.usd_per_hour * PICO_PER_DOLLAR * seconds / 3600, rel=1e-9, abs=1
    )


@given(prompt=st.text(), answer=st.text())
def test_a_guess_is_never_less_than_nothing_nor_nothing_for_something(
    prompt: str, answer: str
) -> None:
    guessed = guess(prompt, answer)

    assert (guessed.input > 0, guessed.output > 0) == (bool(prompt), bool(answer))
    assert guessed.input == -(-len(prompt) // 4)
