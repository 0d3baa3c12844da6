"""Who can be asked, and by what: the rules that need no run to be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

import pytest
from tests.compose.triage import change, write_lone

from equipoise.compose.bench import Bench, open_bench
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.request import Message
from equipoise.engines.http import HttpEngine
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings

Open = Callable[..., Bench]

VENDOR = """
[endpoints.shop]
base_url = "http://127.0.0.1:9"
price_provider = "openai"
"""


@pytest.fixture
def embedded() -> LlamaCppEngine:
    """The embedded engine, not started."""
    return LlamaCppEngine(LlamaCppSettings("none.gguf", "small", threads=1))


@pytest.fixture
def bench(
    tmp_path: Path, embedded: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Bench]:
    """Open the bench of the lone candidate, public data, under settings and with another target."""
    write_lone(tmp_path)
    monkeypatch.delenv("SHOP_KEY", raising=False)

    def opened(settings: str, target: str = "local/smollm2-135m-instruct") -> Bench:
        (tmp_path / "equipoise.toml").write_text(settings)
        change(tmp_path / "triage.toml", "local/smollm2-135m-instruct", target)
        change(tmp_path / "triage.toml", '"internal"\n\n[task]', '"public"\n\n[task]')
        configured = load_settings(tmp_path / "equipoise.toml")
        workload = load_workload(tmp_path / "triage.toml", configured)

        async def enter() -> Bench:
            async with AsyncExitStack() as stack:
                day = date(2026, 11, 24)
                return await open_bench(stack, workload, configured, embedded, day)

        return asyncio.run(enter())

    return opened


def test_the_local_endpoint_is_the_embedded_engine(bench: Open, embedded: LlamaCppEngine) -> None:
    (arm,) = bench("").arms

    assert arm.engine is embedded


def test_a_local_endpoint_with_an_address_is_asked_there(bench: Open) -> None:
    (arm,) = bench('[endpoints.local]\nbase_url = "http://127.0.0.1:9/v1"\n').arms

    assert isinstance(arm.engine, HttpEngine)


@pytest.mark.parametrize(
    ("settings", "target", "reason"),
    [
        ("", "local/llama-3.1-8b-instruct", "Llama 3.1 8B Instruct is not embedded"),
        ("", "own/llama-3.1-8b-instruct", "endpoint own has no base_url: it does not run yet"),
        (VENDOR + 'api_key = "env:SHOP_KEY"', "shop/gpt-4.1-mini", "no key: SHOP_KEY is not set"),
        (VENDOR, "shop/smollm2-135m-instruct", "no price is known for shop/smollm2-135m-instruct"),
        (
            '[endpoints.local]\noperator = "vendor"\n',
            "local/smollm2-135m-instruct",
            "no price is known for local/smollm2-135m-instruct",
        ),
    ],
)
def test_who_cannot_be_asked_has_no_arm_and_a_reason(
    bench: Open, settings: str, target: str, reason: str
) -> None:
    opened = bench(settings, target)

    assert opened.arms == ()
    assert list(opened.unreachable) == ["small"]
    assert opened.unreachable["small"].startswith(reason)


def test_a_key_of_blanks_is_none(bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "  ")
    opened = bench(VENDOR + 'api_key = "env:SHOP_KEY"', "shop/gpt-4.1-mini")

    assert opened.unreachable == {"small": "no key: SHOP_KEY is not set"}


@pytest.mark.parametrize(
    ("model", "temperature", "seed"), [("gpt-4.1-mini", 0.0, 1), ("gpt-5-mini", None, None)]
)
def test_a_request_asks_only_for_what_its_model_takes(
    bench: Open, model: str, temperature: float | None, seed: int | None
) -> None:
    (arm,) = bench(VENDOR, f"shop/{model}").arms
    request = arm.build((Message("user", "cough"),))

    assert request.model == model
    assert request.max_output_tokens == 16
    assert (request.temperature, request.seed) == (temperature, seed)
    assert request.answer_format is not None
