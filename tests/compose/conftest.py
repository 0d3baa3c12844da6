"""One small decision, made once and gone on from: without keys, restricted, with every key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, NoReturn

import pytest
from tests.compose.outcome import Outcome, copied, decide
from tests.compose.triage import (
    CHAT_TOKENS,
    KEY,
    KEYS,
    MESSAGES_TOKENS,
    SPARE_TOKENS,
    change,
    label,
    write_settings,
    write_whole,
)
from tests.compose.upstream import Upstream, chat, messages, upstream

Troubled = Future[tuple[Outcome, dict[str, str]]]


def right(body: dict[str, Any]) -> str:
    """The right answer to a request."""
    return json.dumps({"queue": label(body["messages"][-1]["content"])})


def always_billing(body: dict[str, Any]) -> str:
    """An answer that is right for every other item."""
    return json.dumps({"queue": "billing"})


def spare_script(body: dict[str, Any]) -> bytes:
    """How the spare endpoint answers."""
    return chat(always_billing(body), *SPARE_TOKENS)


@pytest.fixture(scope="session")
def upstreams() -> Iterator[dict[str, Upstream]]:
    """An upstream for every endpoint of the settings, the right one by far being `chat`."""
    plain, cached, output = MESSAGES_TOKENS
    scripts: dict[str, Callable[[dict[str, Any]], bytes]] = {
        "chat": lambda body: chat(right(body), *CHAT_TOKENS),
        "messages": lambda body: messages(always_billing(body), plain - cached, cached, output),
        "spare": spare_script,
        "plain": lambda body: chat(right(body), *CHAT_TOKENS),
        "lapsed": lambda body: chat(right(body), *CHAT_TOKENS),
        "house": lambda body: chat(always_billing(body), *SPARE_TOKENS),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(upstream(script)) for name, script in scripts.items()}


@pytest.fixture(scope="session")
def addresses(upstreams: dict[str, Upstream]) -> dict[str, str]:
    """Where they are."""
    return {name: server.url for name, server in upstreams.items()}


@pytest.fixture(scope="session")
def vendors(addresses: dict[str, str]) -> dict[str, str]:
    """Where the vendors are; the house runs nothing."""
    return {name: url for name, url in addresses.items() if name != "house"}


@pytest.fixture(scope="session")
def decided(
    tmp_path_factory: pytest.TempPathFactory,
    upstreams: dict[str, Upstream],
    vendors: dict[str, str],
    absent: Callable[[str], NoReturn],
) -> Outcome:
    """The first run: no key is set, and the house runs nothing."""
    folder = tmp_path_factory.mktemp("decided")
    write_whole(folder, vendors)
    outcome = decide(folder, upstreams)
    if "cannot be loaded" in outcome.done.stderr:
        absent(outcome.done.stderr)
    return outcome


@pytest.fixture(scope="session")
def restricted(
    tmp_path_factory: pytest.TempPathFactory,
    decided: Outcome,
    upstreams: dict[str, Upstream],
    addresses: dict[str, str],
) -> Outcome:
    """It goes on with every key and a house that runs, its data now restricted."""
    folder = copied(decided, tmp_path_factory.mktemp("restricted"))
    write_settings(folder, addresses)
    change(folder / "triage.toml", 'data_class = "internal"', 'data_class = "restricted"')
    return decide(folder, upstreams, **KEYS)


@pytest.fixture(scope="session")
def measured(
    tmp_path_factory: pytest.TempPathFactory,
    restricted: Outcome,
    upstreams: dict[str, Upstream],
    troubled: Troubled,
) -> Outcome:
    """The same again but for one word: its data is internal, as at first."""
    folder = copied(restricted, tmp_path_factory.mktemp("measured"))
    change(folder / "triage.toml", 'data_class = "restricted"', 'data_class = "internal"')
    return decide(folder, upstreams, **KEYS)


@pytest.fixture(scope="session")
def earlier(
    tmp_path_factory: pytest.TempPathFactory, measured: Outcome, upstreams: dict[str, Upstream]
) -> Outcome:
    """The same again, as of a day on which the lapsed term was in force, with that key alone."""
    folder = copied(measured, tmp_path_factory.mktemp("earlier"))
    return decide(folder, upstreams, day="2026-06-01", LAPSED_API_KEY=KEY)


@pytest.fixture(scope="session")
def troubled(
    tmp_path_factory: pytest.TempPathFactory, decided: Outcome, vendors: dict[str, str]
) -> Iterator[Troubled]:
    """One endpoint dies at its fifth answer, and somebody edits the files while another answers.

    The digests are those of the files when the run began. Waiting for the dead takes a while, so it
    is begun early and waited for where it is looked at.
    """
    folder = copied(decided, tmp_path_factory.mktemp("troubled"))
    files = (folder / "triage.toml", folder / "equipoise.toml")

    def meddle(body: dict[str, Any]) -> bytes:
        for file in files:
            file.write_text(file.read_text() + "# a remark\n")
        return spare_script(body)

    def run() -> tuple[Outcome, dict[str, str]]:
        read = {f.name: f"sha256 {hashlib.sha256(f.read_bytes()).hexdigest()}" for f in files}
        both = {"chat": dying, "spare": spare}
        return decide(folder, both, CHAT_API_KEY=KEY, SPARE_API_KEY=KEY), read

    with (
        upstream(lambda body: chat(right(body), *CHAT_TOKENS), lives=5) as dying,
        upstream(meddle) as spare,
        ThreadPoolExecutor(1) as beside,
    ):
        write_settings(folder, {**vendors, "chat": dying.url, "spare": spare.url})
        yield beside.submit(run)
