"""`equipoise trial`: are the candidates good enough, on items of one's own."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping

import click

_MODULES = {
    "init": "equipoise.cli.trial_init",
    "label": "equipoise.cli.trial_label",
    "run": "equipoise.cli.trial_run",
    "verdict": "equipoise.cli.trial_verdict",
}
"""Subcommand to the module that holds it as `command`; add one here, and its page to the docs."""


class LazyCommands(MutableMapping[str, click.Command]):
    """A group's commands, each imported when it is asked for."""

    def __init__(self, modules: dict[str, str]) -> None:
        self._modules = dict(modules)
        self._added: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._added:
            command: click.Command = importlib.import_module(self._modules[name]).command
            self._added[name] = command
        return self._added[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._added[name] = command

    def __delitem__(self, name: str) -> None:
        self._modules.pop(name, None)
        del self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._modules, *self._added]))

    def __len__(self) -> int:
        return len(list(iter(self)))


@click.group(commands=LazyCommands(_MODULES))
def command() -> None:
    """Are the candidates good enough, on items of your own.

    \b
    Example:
      equipoise trial verdict --outcomes outcomes.csv --candidate A --incumbent B --margin 0.05
    """
