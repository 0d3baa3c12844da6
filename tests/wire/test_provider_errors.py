"""Error replies: every status has its place in the error tree, every body its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.endpoint import Dialect
from equipoise.errors import (
    OverloadedError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
)
from equipoise.wire.codec import CODECS
from equipoise.wire.provider_errors import from_status, from_stream

KINDS: dict[int, type[ProviderError]] = {
    301: RequestRefusedError,
    400: RequestRefusedError,
    401: UnauthorisedError,
    402: RequestRefusedError,
    403: UnauthorisedError,
    404: RequestRefusedError,
    408: OverloadedError,
    409: OverloadedError,
    413: RequestRefusedError,
    422: RequestRefusedError,
    429: RateLimitedError,
    500: OverloadedError,
    502: OverloadedError,
    503: OverloadedError,
    504: OverloadedError,
    529: OverloadedError,
}


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(("status", "kind"), KINDS.items())
def test_a_status_is_a_kind_of_error_in_every_dialect(
    dialect: Dialect, status: int, kind: type[ProviderError]
) -> None:
    error = CODECS[dialect].decode_error(status, {}, b'{"error": {"message": "no"}}')

    assert type(error) is kind
    assert error.message == f"HTTP {status}: no"
    assert error.hint


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"error": {"message": "Bad key", "type": "x", "code": null}}', "Bad key"),
        (b'{"type": "error", "error": {"type": "x", "message": "Bad key"}}', "Bad key"),
        (b'{"error": "Bad key"}', "Bad key"),
        (b'{"object": "error", "message": "Bad key"}', "Bad key"),
        (b'{"detail": "Bad key"}', "{'detail': 'Bad key'}"),
        (b'{"error": {"message": null, "code": 5}}', "{'message': None, 'code': 5}"),
        (b'["Bad key"]', "['Bad key']"),
        (b"", "an empty body"),
        (b"<html>\n  <h1>502</h1>\r\n</html>", "<html> <h1>502</h1> </html>"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'{"error": {"message": "half a pair \\ud800"}}', None),
        (b'{"error":' + b"[" * 100_000, None),
        (b"x" * 5000, "x" * 300),
    ],
)
def test_a_body_is_one_line_that_can_be_printed(body: bytes, sentence: str | None) -> None:
    message = from_status(400, {}, body).message.removeprefix("HTTP 400: ")

    assert sentence is None or message == sentence
    assert len(message.splitlines()) == 1
    assert len(message) <= 300
    message.encode()


@given(st.integers(300, 599), st.binary(max_size=60))
def test_no_reply_is_too_odd_to_be_an_error_of_ours(status: int, body: bytes) -> None:
    assert from_status(status, {}, body).message.startswith(f"HTTP {status}: ")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_a_pause_is_taken_from_the_header_where_it_is_one(
    header: str, seconds: float | None
) -> None:
    error = from_status(429, {"retry-after": header}, b"")

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"type": "overloaded_error"}, OverloadedError),
        ({"type": "api_error"}, OverloadedError),
        ({"type": "timeout_error"}, OverloadedError),
        ({"type": "authentication_error"}, UnauthorisedError),
        ({"type": "permission_error"}, UnauthorisedError),
        ({"type": "billing_error"}, RequestRefusedError),
        ({"type": "not_found_error"}, RequestRefusedError),
        ({"type": "rate_limit_error"}, RateLimitedError),
        ({"type": "tokens", "code": "rate_limit_exceeded"}, RateLimitedError),
        ({"code": 429}, RateLimitedError),
        ({"code": 502, "message": "Provider returned error"}, OverloadedError),
        ({"code": 7}, OverloadedError),
        ("out of memory", OverloadedError),
        ([], OverloadedError),
    ],
)
def test_an_error_inside_a_stream_is_what_its_name_says(
    given: object, kind: type[ProviderError]
) -> None:
    assert type(from_stream(given)) is kind
