"""A member of the error tree as each dialect's clients read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from equipoise.errors import EquipoiseError


class _Names(NamedTuple):
    openai: str
    openai_code: str | None
    anthropic: str


# Anthropic's names are the error types of its own client (anthropic 2.13, read 2026-11), to which a
# lack of capacity is `overloaded_error`, whatever status it came with. OpenAI's client picks its
# exception by the status and takes any type; these are the ones that `provider_errors` reads back.
_NAMES: Final[Mapping[int, _Names]] = {
    400: _Names("invalid_request_error", None, "invalid_request_error"),
    401: _Names("authentication_error", "invalid_api_key", "authentication_error"),
    402: _Names("billing_error", "insufficient_quota", "billing_error"),
    403: _Names("permission_error", None, "permission_error"),
    404: _Names("not_found_error", None, "not_found_error"),
    413: _Names("request_too_large", None, "request_too_large"),
    429: _Names("rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
    500: _Names("server_error", None, "api_error"),
    503: _Names("server_error", None, "overloaded_error"),
    504: _Names("server_error", None, "timeout_error"),
    529: _Names("server_error", None, "overloaded_error"),
}


def openai_error(error: EquipoiseError) -> dict[str, Any]:
    """The body `{"error": {"message", "type", "param", "code"}}`; the message names the field."""
    names = _names(error)
    told = {"message": _told(error), "type": names.openai, "param": None, "code": names.openai_code}
    return {"error": told}


def anthropic_error(error: EquipoiseError) -> dict[str, Any]:
    """The body `{"type": "error", "error": {"type", "message"}}`."""
    told = {"type": _names(error).anthropic, "message": _told(error)}
    return {"type": "error", "error": told}


def _names(error: EquipoiseError) -> _Names:
    return _NAMES.get(error.status, _NAMES[500 if error.status >= 500 else 400])


def _told(error: EquipoiseError) -> str:
    return f"{error.message.rstrip('.')}. {error.hint}" if error.hint else error.message
