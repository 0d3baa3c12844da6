"""The embedded llama.cpp as a supervised child: started, probed, restarted, stopped.

Readiness is one generated token, not an open port. When the child dies, the next request starts
it again; when it dies over and over, the error carries the end of what it wrote to stderr.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpx2

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event
from equipoise.domain.request import Message, Request
from equipoise.engines.http import DIRECT, HttpEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.errors import EngineError, EngineLibraryError, ProviderError, UnreachableError

START_SECONDS = 60.0
STOP_SECONDS = 5.0
# How long a child that broke a connection off may take to be seen dead.
DEATH_SECONDS = 2.0
RESTARTS = 3
FIRST_PAUSE_SECONDS = 0.4
_LAST_WORDS_BYTES = 16_384
_PROBE = (Message("user", "Say yes."),)
_LIBRARY_HINT = "On Debian and Ubuntu: apt-get install libgomp1 libstdc++6; then `make setup`."
# The child speaks plain HTTP on the loopback; the client's own context would read every
# certificate authority first (16 ms).
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class LlamaCppEngine:
    """One embedded model. Use it as an asynchronous context manager."""

    def __init__(self, settings: LlamaCppSettings) -> None:
        self._settings = replace(settings, api_key=secrets.token_urlsafe(24))
        self._last_words = b""
        self._child: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._http: HttpEngine | None = None
        self._address = ""
        self._starts_since_answer = 0
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._ensure()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stopping = asyncio.ensure_future(self._stop())
        try:
            await asyncio.shield(stopping)
        except asyncio.CancelledError:
            # A Ctrl-C meanwhile waits for the child to be gone and its pipes to be closed.
            await stopping
            raise

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child is not None else None

    @property
    def threads(self) -> int:
        """How many threads the model runs on."""
        return self._settings.threads

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer `request`; a child that has died is started again first.

        Raises EngineError where the child cannot be started or dies while it answers, and a
        member of ProviderError where it refuses the request.
        """
        said = False
        for last in (False, True):
            http, child = await self._ensure()
            try:
                async with aclosing(http.stream(request)) as events:
                    async for event in events:
                        said = True
                        yield event
            except UnreachableError as error:
                if not await _has_ended(child):
                    raise
                # A child that was dead before it was asked has said nothing: it is asked anew.
                if said or last:
                    raise self._died("the embedded engine died while it answered") from error
            else:
                self._starts_since_answer = 0
                return

    async def count_tokens(self, messages: tuple[Message, ...]) -> int:
        """Count the tokens of a conversation as this model's template writes it."""
        await self._ensure()
        rows = [{"role": m.role, "content": m.text} for m in messages]
        prompt = (await self._post("/apply-template", {"messages": rows}))["prompt"]
        return await self._count(prompt, special=True)

    async def count_text(self, text: str) -> int:
        """Count the tokens of a plain text."""
        await self._ensure()
        return await self._count(text, special=False)

    async def _count(self, text: str, *, special: bool) -> int:
        reply = await self._post("/tokenize", {"content": text, "add_special": special})
        return len(reply["tokens"])

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._settings.api_key}"}
        try:
            async with httpx2.AsyncClient(timeout=30, mounts=DIRECT, verify=_NO_TLS) as client:
                reply = await client.post(self._address + path, json=body, headers=headers)
                reply.raise_for_status()
                answer: dict[str, Any] = reply.json()
                return answer
        except httpx2.HTTPError as error:
            raise self._died(f"the embedded engine did not answer {path}: {error}") from error

    async def _ensure(self) -> tuple[HttpEngine, asyncio.subprocess.Process]:
        async with self._lock:
            http, child = self._http, self._child
            if http is not None and child is not None and child.returncode is None:
                return http, child
            await self._stop()
            if self._starts_since_answer > RESTARTS:
                raise self._died(f"the embedded engine died {self._starts_since_answer} times")
            if self._starts_since_answer:
                await asyncio.sleep(FIRST_PAUSE_SECONDS * 2 ** (self._starts_since_answer - 1))
            self._starts_since_answer += 1
            async with AsyncExitStack() as undo:
                # A start that fails or is cancelled leaves no process behind.
                undo.push_async_callback(self._stop)
                self._child = child = await self._spawn()
                self._http = http = await self._start(child)
                undo.pop_all()
            return http, child

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a json.py in the folder where somebody works is not the one to import
            "-m",
            "equipoise.engines.llamacpp_child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # Ctrl-C in a terminal reaches the whole group; the child is stopped by us, in order.
            start_new_session=True,
        )

    async def _start(self, child: asyncio.subprocess.Process) -> HttpEngine:
        if child.stdin is None or child.stdout is None or child.stderr is None:
            raise EngineError("the embedded engine was started without its pipes")
        self._last_words = b""
        self._reader = asyncio.create_task(self._listen(child.stderr))
        child.stdin.write(self._settings.to_json().encode() + b"\n")
        try:
            async with asyncio.timeout(START_SECONDS):
                self._address = await self._first_word(child.stdout)
                # Kept at once, so that whatever happens next closes it.
                self._http = HttpEngine(
                    self._address + "/v1", Dialect.OPENAI_CHAT, self._settings.api_key
                )
                probe = Request(model=self._settings.alias, messages=_PROBE, max_output_tokens=1)
                async with aclosing(self._http.stream(probe)) as events:
                    async for _ in events:
                        pass
        except TimeoutError as error:
            message = f"the embedded engine was not ready after {START_SECONDS:.0f} s"
            raise self._died(message) from error
        except ProviderError as error:
            raise self._died(f"the embedded engine failed its probe: {error}") from error
        return self._http

    async def _first_word(self, stdout: asyncio.StreamReader) -> str:
        line = await stdout.readline()
        if not line:
            await self._heard_out()
            raise self._died("the embedded engine ended before it was ready")
        word = json.loads(line)
        if "address" in word:
            return str(word["address"])
        if word["kind"] == "library":
            raise EngineLibraryError(
                f"the embedded engine cannot be loaded: {word['error']}", hint=_LIBRARY_HINT
            )
        await self._heard_out()
        raise self._died(f"the embedded engine did not start: {word['error']}")

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        """Read what the child says until it ends, however long its lines; keep the end of it."""
        while words := await stderr.read(_LAST_WORDS_BYTES):
            self._last_words = (self._last_words + words)[-_LAST_WORDS_BYTES:]

    async def _heard_out(self) -> None:
        """Wait until a child that is ending has said its last."""
        if self._reader is not None:
            await asyncio.wait({self._reader}, timeout=DEATH_SECONDS)

    def _died(self, message: str) -> EngineError:
        lines = self._last_words.decode("utf-8", "replace").split("\n")
        tail = [line.rstrip()[:300] for line in lines if line.strip()][-6:]
        return EngineError(
            "\n  ".join([message, *tail]),
            hint="Run `equipoise doctor`; the lines above are the engine's own last words.",
        )

    async def _stop(self) -> None:
        http, self._http = self._http, None
        child, self._child = self._child, None
        reader, self._reader = self._reader, None
        if http is not None:
            await http.__aexit__(None, None, None)
        if child is not None and child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), STOP_SECONDS)
            except TimeoutError:
                child.kill()
                await child.wait()
        if reader is not None:
            await reader


async def _has_ended(child: asyncio.subprocess.Process) -> bool:
    """Whether the child is dead; its connection breaks a moment before that is known."""
    try:
        await asyncio.wait_for(child.wait(), DEATH_SECONDS)
    except TimeoutError:
        return False
    return True
