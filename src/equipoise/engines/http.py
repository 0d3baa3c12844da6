"""An endpoint over HTTP: sends canonical requests in its dialect and streams back events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from types import TracebackType
from typing import Self

import httpx2

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event
from equipoise.domain.request import Request
from equipoise.errors import (
    BadReplyError,
    ProviderError,
    RequestRefusedError,
    UnauthorisedError,
    UnreachableError,
)
from equipoise.wire.codec import CODECS, rename_fields

CONNECT_SECONDS = 10.0
# A large model may think for minutes before its first token; a dead peer says nothing at all.
SILENCE_SECONDS = 180.0
KEPT_CONNECTIONS = 20
# What runs on this machine is never reached through the environment's proxy: restricted data
# would leave by it. (httpx2 bypasses nothing that NO_PROXY does not name.)
DIRECT = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


class HttpEngine:
    """One endpoint. Use it as an asynchronous context manager: it holds connections open.

    `renamed_fields` are the endpoint's own names for fields of its dialect (`domain.endpoint`).
    """

    def __init__(
        self,
        base_url: str,
        dialect: Dialect,
        key: str | None,
        renamed_fields: Mapping[str, str] | None = None,
    ) -> None:
        self._renamed = renamed_fields or {}
        self._codec = CODECS[dialect]
        self._url = base_url.rstrip("/") + self._codec.path
        self._key = key
        # llama.cpp's server closes a connection that it has promised to keep when the next request
        # comes within a millisecond (18 of 400 asked back to back failed so). Without TLS a fresh
        # connection costs nothing that matters; with it, connections are kept.
        keep = 0 if base_url.startswith("http://") else KEPT_CONNECTIONS
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_keepalive_connections=keep),
            mounts=DIRECT,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer `request` piece by piece.

        Raises a member of ProviderError: UnreachableError where no connection lasted, BadReplyError
        where the stream broke its dialect or ended early, and what the status says otherwise.
        """
        body = rename_fields(self._codec.encode_request(request), self._renamed)
        headers = self._headers()
        decoder = self._codec.stream_decoder()
        try:
            async with self._client.stream(
                "POST", self._url, content=body, headers=headers
            ) as reply:
                if reply.status_code != httpx2.codes.OK:
                    raise await self._refusal(reply)
                async for chunk in reply.aiter_bytes():
                    for event in decoder.feed(chunk):
                        yield event
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise UnreachableError(
                f"no answer from {self._url}: {type(error).__name__} {error}".rstrip(),
                hint="Check the endpoint's base_url and that it is running.",
            ) from error
        except httpx2.DecodingError as error:
            raise BadReplyError(f"the reply of {self._url} cannot be unpacked: {error}") from error
        decoder.close()

    def _headers(self) -> dict[str, str]:
        # The HTTP client names a header that it refuses in full, and an error's text is journaled.
        if self._key is not None and not (self._key.isascii() and self._key.isprintable()):
            raise UnauthorisedError(
                "the key holds a line break or another character that no header may carry",
                hint="Check the key that the endpoint's api_key refers to.",
            )
        return dict(self._codec.headers(self._key))

    async def _refusal(self, reply: httpx2.Response) -> ProviderError:
        # Redirects are not followed: the key and the prompt would go to a place nobody named.
        if reply.has_redirect_location:
            return RequestRefusedError(
                f"{self._url} redirects to {reply.headers['location']}",
                hint="Write the address that answers as the endpoint's base_url.",
            )
        return self._codec.decode_error(reply.status_code, reply.headers, await reply.aread())
