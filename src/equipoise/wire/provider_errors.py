"""An error reply, or an error inside a stream, as a member of the error tree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from equipoise.errors import (
    OverloadedError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
)

_HINTS: Mapping[type[ProviderError], str] = {
    UnauthorisedError: "Check the key that the endpoint's api_key refers to.",
    RateLimitedError: "The endpoint limits our rate; the call is repeated after a pause.",
    RequestRefusedError: "The endpoint will not take this request; asking again cannot help.",
    OverloadedError: "The endpoint is at fault or full; the call may be repeated later.",
}

# Inside a stream the status is 200 already, so the error's own name says what it would have been.
# Names: Anthropic's error types and OpenAI's types and codes, read 2026-11. Others are taken for a
# fault of the endpoint. vLLM, llama.cpp and OpenRouter write a status as the numeric `code`.
_STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "exceed_context_size_error": 400,
}


def from_status(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """Make the error that an HTTP reply other than 200 means; `headers` have lower-case names."""
    message = f"HTTP {status}: {_message(body)}"
    return _error(status, message, _seconds(headers.get("retry-after")))


def from_stream(error: object) -> ProviderError:
    """Make the error that an endpoint means when it breaks an answer off with `error`."""
    message = f"the endpoint broke off its answer: {_sentence({'error': error})}"
    return _error(_status(error), message, None)


def _error(status: int, message: str, retry_after: float | None) -> ProviderError:
    kind: type[ProviderError]
    if status == 429:
        hint = _HINTS[RateLimitedError]
        return RateLimitedError(message, hint=hint, retry_after=retry_after)
    if status in (401, 403):
        kind = UnauthorisedError
    elif status in (408, 409) or status >= 500:
        kind = OverloadedError
    else:
        kind = RequestRefusedError
    return kind(message, hint=_HINTS[kind])


def _status(error: object) -> int:
    if not isinstance(error, dict):
        return 500
    code = error.get("code")
    if isinstance(code, int) and 400 <= code <= 599:
        return code
    return _STATUSES.get(str(error.get("type")), _STATUSES.get(str(code), 500))


def _message(body: bytes) -> str:
    """The sentence in an error body, or its first characters where it holds none."""
    try:
        return _sentence(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        return _one_line(body[:2000].decode("utf-8", "replace")) or "an empty body"


def _sentence(given: Any) -> str:
    error = given.get("error", given) if isinstance(given, dict) else given
    if isinstance(error, dict):
        error = error.get("message") or error
    return _one_line(str(error))


def _one_line(text: str) -> str:
    """An HTML page or a stack trace becomes one line, which is all that an error shows of it."""
    return " ".join(text.split())[:300]


def _seconds(value: str | None) -> float | None:
    # The header may also be a date; a pause of our own choosing is then as good. An infinite pause
    # (`float` reads "inf") would be no pause but an end.
    try:
        seconds = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
