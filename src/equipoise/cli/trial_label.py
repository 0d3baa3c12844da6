"""`equipoise trial label`: the right answers, asked of a person one item at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from equipoise.cli.output import say
from equipoise.cli.visible import visible

if TYPE_CHECKING:
    from equipoise.compose.trial_drafts.label import Labels, Unlabelled

ACCEPT, LATER, STOP = "=", "-", "."
_KEYS = f"{ACCEPT} the incumbent's answer is right   {LATER} later   {STOP} stop"


class _StopError(Exception):
    """The person has had enough for now."""


@click.command(
    epilog="Exit code 0: stopped or done; 3: the items cannot be labelled here. Every answer is on "
    "the disk before the next item is shown; the same command goes on where it was."
)
@click.argument("workload", metavar="WORKLOAD.toml", type=click.Path())
def command(workload: str) -> int:
    """Give items their right answers, one by one.

    \b
    Example:
      equipoise trial label triage/workload.toml

    Shows what was asked and what the incumbent answered. Write the right answer, or one sign: `=`
    where the incumbent's is right, `-` to come back later, `.` to stop.
    """
    from equipoise.cli.exit_codes import ExitCode
    from equipoise.compose.trial_drafts.label import open_labels

    labels = open_labels(Path(workload))
    done = labels.total - len(labels.unlabelled)
    try:
        for item in labels.unlabelled:
            done += _label(labels, item, f"{done + 1} of {labels.total}")
    except _StopError:
        pass
    left = labels.total - done
    say(f"\n{done} of {labels.total} items have their right answer, in {labels.path}")
    say(f"\nNext: equipoise {'trial label' if left else 'decide'} {workload}")
    return ExitCode.OK


def _label(labels: Labels, item: Unlabelled, place: str) -> bool:
    """Ask for one right answer and save it; returns whether there is one."""
    say(f"\n── {place} ──\n{visible(item.question)}")
    if item.incumbent_answer:
        say(f"\nThe incumbent answered: {visible(item.incumbent_answer)}")
    say(f"({_KEYS})")
    while True:
        try:
            gold = _asked(labels, item)
        except LookupError:
            return False
        fault = labels.fault(gold) if gold is not None else "That is no answer that fits."
        if not fault:
            labels.save(item, gold)
            return True
        say(visible(fault))


def _asked(labels: Labels, item: Unlabelled) -> Any:
    """What the person says; raises LookupError for later, _StopError for no more."""
    if not labels.fields:
        said = _line("Right answer")
        return labels.accepted(item.incumbent_answer) if said == ACCEPT else said
    gold: dict[str, Any] = {}
    for name, kind in labels.fields.items():
        said = _line(visible(f"{name} ({_choices(kind)})", lines=False))
        if said == ACCEPT:
            return labels.accepted(item.incumbent_answer)
        gold[name] = said if kind["type"] == "string" else _value(said)
    return gold


def _line(question: str) -> str:
    said: str = click.prompt(question, default="", show_default=False, err=True).strip()
    if said == STOP:
        raise _StopError
    if said in {"", LATER}:
        raise LookupError
    return said


def _choices(kind: Mapping[str, Any]) -> str:
    return ", ".join(kind.get("enum", ())) or str(kind["type"])


def _value(said: str) -> object:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return said
