"""Errors and lists of models, in each dialect's own form."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
from tests.wire.clients.cases import ANTHROPIC, ASKED, OPENAI

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Answer, StopReason
from equipoise.errors import (
    BadReplyError,
    EngineError,
    EquipoiseError,
    OverloadedError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
    UnknownModelError,
    UnreachableError,
)
from equipoise.wire.clients.codec import CLIENTS


class TeapotError(EquipoiseError):
    """An error of a status that no dialect names."""

    status: ClassVar[int] = 418


@pytest.mark.parametrize(
    ("error", "openai", "code", "anthropic"),
    [
        (RequestRefusedError, "invalid_request_error", None, "invalid_request_error"),
        (UnauthorisedError, "authentication_error", "invalid_api_key", "authentication_error"),
        (UnknownModelError, "not_found_error", None, "not_found_error"),
        (RateLimitedError, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
        (EquipoiseError, "server_error", None, "api_error"),
        (BadReplyError, "server_error", None, "api_error"),
        (OverloadedError, "server_error", None, "overloaded_error"),
        (EngineError, "server_error", None, "overloaded_error"),
        (UnreachableError, "server_error", None, "timeout_error"),
        (TeapotError, "invalid_request_error", None, "invalid_request_error"),
    ],
)
def test_an_error_has_the_name_that_its_dialect_gives_it(
    error: type[EquipoiseError], openai: str, code: str | None, anthropic: str
) -> None:
    given = error("no such ward", hint="Ask for another.")
    message = "no such ward. Ask for another."

    assert json.loads(CLIENTS[OPENAI].encode_error(given)) == {
        "error": {"message": message, "type": openai, "param": None, "code": code}
    }
    assert json.loads(CLIENTS[ANTHROPIC].encode_error(given)) == {
        "type": "error",
        "error": {"type": anthropic, "message": message},
    }


@pytest.mark.parametrize("dialect", list(Dialect))
def test_an_error_without_a_next_step_says_only_what_went_wrong(dialect: Dialect) -> None:
    body = json.loads(CLIENTS[dialect].encode_error(OverloadedError("full.")))

    assert body["error"]["message"] == "full."


def test_models_are_listed_in_openai_form() -> None:
    assert json.loads(CLIENTS[OPENAI].encode_models(["triage", "a/b:c"], 1763900000)) == {
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 1763900000, "owned_by": "equipoise"}
            for name in ("triage", "a/b:c")
        ],
    }


def test_models_are_listed_in_anthropic_form() -> None:
    listed = json.loads(CLIENTS[ANTHROPIC].encode_models(["triage", "chat"], 1763900000))

    assert listed["data"][0] == {
        "type": "model",
        "id": "triage",
        "display_name": "triage",
        "created_at": "2025-11-23T12:13:20Z",
        "lifecycle": "active",
    }
    assert (listed["has_more"], listed["first_id"], listed["last_id"]) == (False, "triage", "chat")


def test_no_models_are_an_empty_list() -> None:
    assert json.loads(CLIENTS[OPENAI].encode_models([], 0))["data"] == []
    assert json.loads(CLIENTS[ANTHROPIC].encode_models([], 0)) == {
        "data": [],
        "has_more": False,
        "first_id": None,
        "last_id": None,
    }


def test_an_answer_that_was_not_counted_states_no_openai_count_and_no_anthropic_tokens() -> None:
    answer = Answer("", StopReason.END, None)
    openai = json.loads(CLIENTS[OPENAI].encode_answer(ASKED, "a", 0, answer))
    anthropic = json.loads(CLIENTS[ANTHROPIC].encode_answer(ASKED, "a", 0, answer))

    assert "usage" not in openai
    assert openai["choices"][0]["message"]["content"] == ""
    assert anthropic["usage"]["output_tokens"] == 0
    assert anthropic["content"] == []
