"""The supervisor of `equipoise up`: the gateway and the console, each in a process of its own.

Run as a program, this module is the first thing in each of them: it lets the process end with its
supervisor, then becomes the module that it is told to be. It imports little for that reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import runpy
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from equipoise.errors import ConfigurationError, EquipoiseError, Problem

RESTARTS = 3
FIRST_PAUSE_SECONDS = 0.5
STEADY_SECONDS = 60.0
"""Whoever has lived so long is no longer failing to start: its deaths are counted anew."""
STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05
# A process that has ended may have given its pipe to a child that ends a moment later.
_LAST_WORDS_SECONDS = 2.0
_LAST_WORDS_BYTES = 16_384

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A process to keep: the module that it is, where it answers, what to say once it does."""

    name: str
    module: str
    host: str
    port: int
    welcome: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where it is asked from this machine."""
        return address(self.host, self.port)


def address(host: str, port: int) -> str:
    """The URL of a listener as a client on this machine writes it."""
    host = _reached_at(host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def prepare(config: Path | None) -> tuple[Part, ...]:
    """Find out, before anything runs, whether everything can.

    Raises ConfigurationError with every name that leads nowhere, a ledger that two processes cannot
    share, or a port that is taken; LedgerError; WeightsMissing- or WeightsCorruptError.
    """
    from equipoise.compose.embedded import embedded_engine
    from equipoise.compose.live import make_snapshot
    from equipoise.config.settings import DEFAULT_FILE, load_settings
    from equipoise.engines.weights import SMOLLM2
    from equipoise.ledger.opening import open_ledger

    settings = load_settings(config)
    live = settings.live
    make_snapshot(settings, datetime.now(UTC).date())
    file = str(config or DEFAULT_FILE)
    if live.ledger_url == "memory:":
        reason = "the console is another process and would see nothing of it"
        raise ConfigurationError(
            (Problem(file, None, "ledger.url", reason, "Write sqlite:///PATH."),)
        )
    open_ledger(live.ledger_url, full=live.ledger_full).close()
    embedded_engine(settings)
    url = address(live.host, live.port)
    question = f'{{"model": "{SMOLLM2.model}", "messages": [{{"role": "user", "content": "Hi"}}]}}'
    welcome = (
        f"  curl {url}/v1/chat/completions -H 'content-type: application/json' -d '{question}'",
        f"  export OPENAI_BASE_URL={url}/v1 ANTHROPIC_BASE_URL={url}",
    )
    parts = (
        Part("gateway", "equipoise.compose.live", live.host, live.port, welcome),
        Part("console", "equipoise.compose.pages", live.console_host, live.console_port),
    )
    _check_ports(parts, file)
    return parts


def run(parts: tuple[Part, ...], config: Path | None, say: Say) -> signal.Signals:
    """Keep the parts running until a signal asks to stop; returns that signal.

    Raises EquipoiseError where a part dies too often. Nothing is left running either way.
    """

    def told(words: str) -> None:
        with contextlib.suppress(OSError):  # whoever read our words has gone; the parts go on
            say(words)

    return asyncio.run(_supervise(tuple(_Keeper(part, config, told) for part in parts), told))


class _Wishes:
    """The signals that came: the first asks to stop, another one not to wait for anything."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()
        self.first = signal.SIGTERM

    def listen(self) -> None:
        """Take the signals from here on."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(name, self._receive, name)

    def _receive(self, name: signal.Signals) -> None:
        if self.stop.is_set():
            self.hurry.set()
        else:
            self.first = name
            self.stop.set()


class _Keeper:
    """Keeps one part running."""

    def __init__(self, part: Part, config: Path | None, say: Say) -> None:
        self._part = part
        self._arguments = [str(config)] if config is not None else []
        self._say = say
        self._child: asyncio.subprocess.Process | None = None
        self._last_words = b""
        self._answered = False

    async def keep(self) -> None:
        """Start it, and again whenever it dies; raises EquipoiseError at one death too many."""
        deaths = 0
        while True:
            born = time.monotonic()
            code = await self._live()
            deaths = 1 if time.monotonic() - born > STEADY_SECONDS else deaths + 1
            if deaths > RESTARTS:
                raise self._given_up(deaths, code)
            pause = FIRST_PAUSE_SECONDS * 2 ** (deaths - 1)
            ended = _how_it_ended(code)
            self._say(f"The {self._part.name} {ended}; it is started again in {pause:g} s.")
            await asyncio.sleep(pause)

    async def stop(self, hurry: asyncio.Event) -> None:
        """End it in order, and by force after ten seconds or once there is a hurry."""
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return
        child.terminate()
        ended = asyncio.create_task(child.wait())
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait(
            {ended, hurried}, timeout=STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        hurried.cancel()
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await ended

    async def _live(self) -> int:
        """One life of the process; returns how it ended."""
        self._last_words = b""
        self._child = child = await self._spawn()
        listening = asyncio.create_task(self._listen(child))
        announcing = asyncio.create_task(self._announce())
        try:
            code = await child.wait()
            await asyncio.wait({listening}, timeout=_LAST_WORDS_SECONDS)
            return code
        finally:
            listening.cancel()
            announcing.cancel()

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a json.py in the folder where somebody works is not the one to import
            "-m",
            "equipoise.compose.up",
            self._part.module,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # Ctrl-C in a terminal reaches the whole group; the parts are stopped by us, in order.
            start_new_session=True,
        )

    async def _listen(self, child: asyncio.subprocess.Process) -> None:
        """Pass on what it says, and keep the end of it."""
        if child.stdout is None:
            return
        while words := await child.stdout.read(_LAST_WORDS_BYTES):
            self._last_words = (self._last_words + words)[-_LAST_WORDS_BYTES:]
            self._say(words.decode("utf-8", "replace").rstrip())

    async def _announce(self) -> None:
        while not await _answers(self._part):
            await asyncio.sleep(_POLL_SECONDS)
        again = " again" if self._answered else ""
        self._say(f"The {self._part.name} answers{again}: {self._part.address}")
        if not self._answered:
            for line in self._part.welcome:
                self._say(line)
        self._answered = True

    def _given_up(self, deaths: int, code: int) -> EquipoiseError:
        lines = self._last_words.decode("utf-8", "replace").split("\n")
        tail = [line.rstrip()[:300] for line in lines if line.strip()][-6:]
        message = f"the {self._part.name} died {deaths} times; the last time it "
        return EquipoiseError(
            "\n  ".join([message + _how_it_ended(code), *tail]),
            hint="Run `equipoise doctor`; the lines above are its own last words.",
        )


async def _supervise(keepers: tuple[_Keeper, ...], say: Say) -> signal.Signals:
    wishes = _Wishes()
    wishes.listen()
    keeping = [asyncio.create_task(keeper.keep()) for keeper in keepers]
    asked = asyncio.create_task(wishes.stop.wait())
    try:
        done, _ = await asyncio.wait({asked, *keeping}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {asked}:
            await task
        say("Stopping; once more waits for nothing.")
        return wishes.first
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.wait(keeping)
        for keeper in keepers:
            await keeper.stop(wishes.hurry)
        asked.cancel()


async def _answers(part: Part) -> bool:
    """Whether it says that it lives."""
    try:
        reader, writer = await asyncio.open_connection(_reached_at(part.host), part.port)
    except OSError:
        return False
    try:
        host = part.address.removeprefix("http://")
        writer.write(f"GET /livez HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()


def _reached_at(host: str) -> str:
    """The address under which this machine reaches a listener; one may listen on all of them."""
    try:
        listening = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not listening.is_unspecified:
        return host
    return "127.0.0.1" if listening.version == 4 else "::1"


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"


def _check_ports(parts: tuple[Part, ...], file: str) -> None:
    """Raise ConfigurationError with every part that could not listen where it should."""
    problems: list[Problem] = []
    with contextlib.ExitStack() as held:  # all at once: two parts may have been given one port
        for part in parts:
            try:
                if part.port == 0:
                    raise OSError(errno.EINVAL, "a free port would be known to nobody")
                _listen_briefly(held, part)
            except OSError as error:
                reason = f"the {part.name} cannot listen at {part.host}:{part.port}"
                why = "another program does" if error.errno == errno.EADDRINUSE else error.strerror
                advice = f"Write another host or port under [{part.name}]."
                problems.append(Problem(file, None, part.name, f"{reason}: {why}", advice))
    if problems:
        raise ConfigurationError(tuple(problems))


def _listen_briefly(held: contextlib.ExitStack, part: Part) -> None:
    """Listen wherever the part's server would; raises OSError."""
    found = socket.getaddrinfo(
        part.host, part.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    for family, kind, protocol, _, where in dict.fromkeys(found):
        listener = held.enter_context(socket.socket(family, kind, protocol))
        # As servers do it: a connection of the last run that is still closing is in nobody's way.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(where)
        listener.listen(1)


def _end_with_supervisor() -> None:
    """End this process in order once stdin ends, as it does however the supervisor does."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Become the module named first, with the arguments after it."""
    _end_with_supervisor()
    del sys.argv[0]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except EquipoiseError as error:
        problems = error.problems if isinstance(error, ConfigurationError) else ()
        # Its last words: the supervisor repeats them.
        sys.exit("\n".join([*map(str, problems), error.message, error.hint]))


if __name__ == "__main__":
    main()
