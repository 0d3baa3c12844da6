"""`equipoise up`: the gateway and the console."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import say


@click.command(
    epilog="Exit code 0: it was asked to stop; 3: a file needs mending, or a port is taken; "
    "130: it was stopped with Ctrl-C. A second Ctrl-C waits for nothing."
)
@click.option("--config", type=click.Path(), help="Settings file.  [default: equipoise.toml]")
def command(config: str | None) -> int:
    """Run the gateway and the console until Ctrl-C.

    \b
    Example:
      equipoise up

    The gateway answers clients of OpenAI and of Anthropic; without a settings file, by the
    embedded open model: no key, no account, no network. The console shows what runs, what was
    decided and what it cost.
    """
    from equipoise.compose.up import prepare, run

    file = Path(config) if config is not None else None
    parts = prepare(file)
    asked = run(parts, file, say)
    say("\nStopped. Next: equipoise decide WORKLOAD.toml")
    return ExitCode.INTERRUPTED if asked is signal.SIGINT else ExitCode.OK
