"""Embeddings over HTTP from a server on this machine, in OpenAI's dialect.

llama.cpp's server (`--embeddings`), Ollama, vLLM and others speak it. Only this machine is asked:
what is embedded may be of any data class, and no terms are looked at here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

import httpx2
import msgspec

from equipoise.errors import BadReplyError, ProviderError, RequestRefusedError, UnreachableError

_SECONDS = 60.0


class _Row(msgspec.Struct):
    embedding: list[float]
    index: int = 0


class _Reply(msgspec.Struct):
    data: list[_Row]


_REPLY = msgspec.json.Decoder(_Reply)


class EmbeddingServer:
    """One model of one server. Texts that were embedded once are not asked for again."""

    def __init__(self, base_url: str, model: str) -> None:
        self._url = base_url.rstrip("/") + "/embeddings"
        self._model = model
        self._one = lru_cache(maxsize=8192)(self._asked)

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a text, in order; raises a member of ProviderError."""
        return [self._one(text) for text in texts]

    def _asked(self, text: str) -> tuple[float, ...]:
        body = {"model": self._model, "input": text.encode("utf-8", "replace").decode()}
        try:
            # Not through the environment's proxy: what is embedded would leave by it.
            reply = httpx2.post(self._url, json=body, timeout=_SECONDS, trust_env=False)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise UnreachableError(
                f"no embedding from {self._url}: {type(error).__name__} {error}".rstrip(),
                hint="Start the server that task.options.url names.",
            ) from error
        if reply.status_code != httpx2.codes.OK:
            raise _refusal(self._url, reply)
        try:
            rows = _REPLY.decode(reply.content).data
        except msgspec.MsgspecError as error:
            raise BadReplyError(f"not a list of embeddings: {error}") from error
        if len(rows) != 1 or not rows[0].embedding:
            raise BadReplyError(f"{len(rows)} embeddings of one text")
        return tuple(rows[0].embedding)


def is_on_this_machine(url: str) -> bool:
    """Whether a URL's host is the loopback, by name or by number."""
    try:
        host = httpx2.URL(url).host
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except (httpx2.InvalidURL, ValueError):
        return False


def _refusal(url: str, reply: httpx2.Response) -> ProviderError:
    said = " ".join(reply.text.split())[:200]
    return RequestRefusedError(f"{url} answered {reply.status_code}: {said}")
