"""Names on bills: each finds its model, and never another version of it."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import billed, models
from equipoise.catalog.billed import catalog_model
from equipoise.catalog.endpoints import endpoints
from equipoise.domain.model import Model

MODELS = st.sampled_from(models.models())
PROVIDERS = st.sampled_from(["", "unheard-of", *(row.id for row in endpoints())])
PATHS = st.sampled_from(["", "models/", "acme/", "publishers/google/models/", "us.anthropic."])
DAYS = st.sampled_from(["", "-2025-08-07", "-20250929", "@20250929", "-latest", "-001"])
TAILS = st.sampled_from(["", "-v1:0", "-v2:0:200k", ":free", ":batch"])


@pytest.mark.parametrize(
    ("provider", "name", "expected"),
    [
        ("openai", "gpt-4o-2024-11-20", "gpt-4o"),
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("openai", "gpt-4.1-2025-04-14", "gpt-4.1"),
        ("openai", "gpt-5-2025-08-07", "gpt-5"),
        ("openai", "gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("openai", "gpt-5.4-nano-2026-03-17", "gpt-5.4-nano"),
        ("openai", "GPT-5.2", "gpt-5.2"),
        ("openai", "o3-mini-2025-01-31", "o3-mini"),
        ("openai", "gpt-4-0613", "gpt-4"),
        ("openai", "gpt-3.5-turbo-0125", "gpt-3.5-turbo"),
        ("openai", "gpt-4-turbo-2024-04-09", "gpt-4-turbo"),
        ("azure", "gpt-35-turbo", "gpt-3.5-turbo"),
        ("azure", "gpt-4o", "gpt-4o"),
        ("openrouter", "openai/gpt-4o", "gpt-4o"),
        ("openrouter", "openai/gpt-5-mini:batch", "gpt-5-mini"),
        ("openrouter", "openai/gpt-4.1-mini", "gpt-4.1-mini"),
        ("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("anthropic", "claude-opus-4-20250514", "claude-opus-4-0"),
        ("anthropic", "claude-sonnet-4-0", "claude-sonnet-4-0"),
        ("anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("anthropic", "claude-3-7-sonnet-20250219", "claude-3-7-sonnet"),
        ("anthropic", "Claude Haiku 4.5", "claude-haiku-4-5"),
        ("anthropic", "Claude Sonnet 3.5", "claude-3-5-sonnet"),
        ("openrouter", "anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("openrouter", "anthropic/claude-opus-4", "claude-opus-4-0"),
        ("openrouter", "anthropic/claude-3.7-sonnet:thinking", "claude-3-7-sonnet"),
        ("github-copilot", "claude-opus-4.6", "claude-opus-4-6"),
        ("aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("aws", "anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
        ("aws", "global.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("aws", "eu.anthropic.claude-opus-5", "claude-opus-5"),
        ("aws", "global.openai.gpt-6-luna", "gpt-6-luna"),
        ("google", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("google", "models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("google", "publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("google", "gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("google", "Gemini 2.5 Flash-Lite", "gemini-2.5-flash-lite"),
        ("openrouter", "google/gemini-3-pro-preview", "gemini-3-pro-preview"),
        ("x-ai", "grok-4-0709", "grok-4"),
        ("openrouter", "x-ai/grok-4.3", "grok-4.3"),
        ("mistral", "mistral-medium-2508", "mistral-medium-3-1"),
        ("mistral", "ministral-8b-2512", "ministral-3-8b-instruct"),
        ("groq", "llama-3.3-70b-versatile", "llama-3.3-70b-instruct"),
        ("groq", "llama-3.1-8b-instant", "llama-3.1-8b-instruct"),
        ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "llama-3.3-70b-instruct"),
        ("", "meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("", "Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct"),
        ("aws", "meta.llama3-3-70b-instruct-v1:0", "llama-3.3-70b-instruct"),
        ("aws", "us.meta.llama3-1-8b-instruct-v1:0", "llama-3.1-8b-instruct"),
        ("ovhcloud", "Meta-Llama-3_3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("fireworks", "accounts/fireworks/models/gpt-oss-20b", "gpt-oss-20b"),
        ("groq", "openai/gpt-oss-120b", "gpt-oss-120b"),
        ("aws", "openai.gpt-oss-120b-1:0", "gpt-oss-120b"),
        ("openrouter", "qwen/qwen3-32b:free", "qwen3-32b"),
        ("openrouter", "z-ai/glm-4.6", "glm-4.6"),
        ("openrouter", "meta-llama/llama-4-scout", "llama-4-scout-17b-16e-instruct"),
        ("", "moonshotai/Kimi-K2-Instruct", "kimi-k2-instruct"),
        ("", "deepseek-ai/DeepSeek-V3.1", "deepseek-v3.1"),
    ],
)
def test_a_name_as_billed_finds_its_model(provider: str, name: str, expected: str) -> None:
    found = catalog_model(provider, name)

    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    "name",
    [
        "",
        "gpt",
        "gpt-99",
        "gpt-5-chat-latest",
        "gpt-5.1-codex-mini",
        "gpt-4-1106-preview",
        "gpt-4o-audio-preview",
        "gpt-4o-mini-transcribe",
        "chatgpt-4o-latest",
        "text-embedding-3-small",
        "ft:gpt-4o-mini-2024-07-18:acme::abc123",
        "claude-2.1",
        "claude-sonnet",
        "claude-opus-4-9",
        "gemini-2.5-flash-image",
        "gemini-2.5-flash-preview-05-20",
        "gemini-flash-latest",
        "mistral-medium-latest",
        "llama-3.1-8b-instruct-finetuned",
        "llama-3.3-8b-instruct",
        "llama3.1:70b",
        "deepseek-v3-0324",
        "deepseek-r1-0528",
        "kimi-k2-instruct-0905",
        "qwen3-235b-a22b-instruct-2507",
        "nothing of the kind",
    ],
)
def test_a_name_that_is_none_of_the_catalogs_finds_nothing(name: str) -> None:
    assert catalog_model("openai", name) is None


def test_no_two_models_of_the_catalog_answer_to_one_name() -> None:
    named = defaultdict(set)
    for name, model in billed._own_names():
        named[billed._form(name)].add(model.id)

    assert {form: ids for form, ids in named.items() if len(ids) > 1 or not form} == {}


@given(PROVIDERS, MODELS)
def test_every_model_is_found_by_its_own_id_whoever_bills_it(provider: str, model: Model) -> None:
    assert catalog_model(provider, model.id) is model
    assert catalog_model(provider, f" {model.id.upper()} ") is model


@given(MODELS, PATHS, DAYS, TAILS)
def test_paths_days_and_tails_do_not_change_which_model_it_is(
    model: Model, path: str, day: str, tail: str
) -> None:
    assert catalog_model("", f"{path}{model.id}{day}{tail}") is model


@given(MODELS, st.data())
def test_another_number_is_another_model_or_none(model: Model, data: st.DataObject) -> None:
    numbers = list(re.finditer(r"\d+", model.id))
    if not numbers:
        return
    one = data.draw(st.sampled_from(numbers))
    other = data.draw(st.integers(1, 12_000).filter(lambda value: value != int(one[0])))
    changed = f"{model.id[: one.start()]}{other}{model.id[one.end() :]}"

    assert catalog_model("", changed) is not model


@given(st.text(), st.text())
def test_no_name_is_too_odd_to_be_looked_up(provider: str, name: str) -> None:
    found = catalog_model(provider, name)

    assert found is None or found in models.models()
