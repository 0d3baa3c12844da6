"""`equipoise trial init`: from logs of calls to a trial that only lacks its right answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from equipoise.cli.output import json_option, say
from equipoise.cli.visible import visible

if TYPE_CHECKING:
    from equipoise.compose.trial_drafts.init import Initialised

# A file that is no log at all has as many bad lines as lines; JSON lists them all.
_BAD_LINES_SHOWN = 20
_STRATA_SHOWN = 20
_CLASSES = ("public", "internal", "confidential", "restricted")


@click.command(
    epilog="Exit code 0: the files are written; 3: they are there already, or the log is too "
    "short; 4: no line is a call. Nothing is sent anywhere. A line is what `equipoise ledger "
    "import` reads."
)
@click.argument("files", metavar="LOG…", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out", type=click.Path(file_okay=False), help="Folder.  [default: --name, or trial]"
)
@click.option("--name", help="The workload's name.  [default: the folder's]")
@click.option("--items", type=click.IntRange(min=10), default=100, show_default=True)
@click.option(
    "--by",
    default="slice,length",
    show_default=True,
    help="Draw a fair part of each: model, length, or fields of a line, such as metadata.team.",
)
@click.option("--incumbent", metavar="MODEL", help="Model in use.  [default: the most frequent]")
@click.option(
    "--margin",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="How much worse than the incumbent is still good enough.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--data-class",
    type=click.Choice(_CLASSES),
    help="How far the data may travel.  [default: undeclared, which is restricted]",
)
@click.option("--force", is_flag=True, help="Write over what is there, labels too.")
@json_option
def command(
    files: tuple[str, ...],
    out: str | None,
    items: int,
    by: str,
    as_json: bool,
    force: bool,
    **given: str | float | None,
) -> int:
    """Draft a trial from logs: items to label, and a workload file.

    \b
    Example:
      equipoise trial init calls.jsonl --out triage --data-class internal

    Draws a sample, replaces addresses, numbers of cards and accounts, phones and keys by
    placeholders, keeps what the incumbent answered apart, and drafts the candidates. The right
    answers are yours to give: to agree with the incumbent is not to be right.
    """
    from equipoise.cli.exit_codes import ExitCode
    from equipoise.compose.trial_drafts.init import InitOrder, init_trial

    incumbent, name = given["incumbent"], _name(given["name"], out)
    made = init_trial(
        InitOrder(
            files=tuple(map(Path, files)),
            # A log may be called after a person: its name never becomes a folder's.
            out=Path(out if out is not None else name or "trial"),
            items=items,
            by=_by(by),
            incumbent=str(incumbent) if incumbent is not None else None,
            margin=float(given["margin"] or 0),
            seed=int(given["seed"] or 0),
            data_class=str(given["data_class"] or ""),
            today=datetime.now(UTC).date(),
            name=name,
            force=force,
        )
    )
    if as_json:
        click.echo(json.dumps(_value(made), indent=2, ensure_ascii=False))
    else:
        for file in made.files:
            click.echo(file)
    say("\n".join(_words(made, named=not as_json)))
    return ExitCode.OK


def _by(given: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    if not names:
        raise click.BadParameter("name something to draw by, such as length", param_hint="--by")
    return names


def _name(given: str | float | None, out: str | None) -> str:
    name = str(given or "").strip()
    if out is None and (name.startswith(".") or "/" in name or not name.isprintable()):
        raise click.BadParameter("is no name of a folder: give --out, too", param_hint="--name")
    return name


def _value(made: Initialised) -> dict[str, object]:
    logs = made.logs
    return {
        "schema": "equipoise.trial_init/1",
        "files": [str(path) for path in made.files],
        "items": made.items,
        "lines": logs.lines,
        "calls": len(logs.calls),
        "left_out": dict(made.left_out),
        "redacted": dict(made.redacted),
        "strata": dict(made.strata),
        "strata_undrawn": made.undrawn,
        "clusters": made.clusters,
        "model": made.model,
        "incumbent": made.incumbent,
        "recorded": made.recorded,
        "candidates": list(made.candidates),
        "problems": [asdict(problem) for problem in logs.problems],
    }


def _words(made: Initialised, *, named: bool) -> Iterator[str]:
    from equipoise.trials.items.redaction.redactor import MISSES, PATTERNS

    logs = made.logs
    if named:
        yield from (str(problem) for problem in logs.problems[:_BAD_LINES_SHOWN])
        if len(logs.problems) > _BAD_LINES_SHOWN:
            yield f"… and {len(logs.problems) - _BAD_LINES_SHOWN} more; --json lists them all"
    yield f"Lines: {logs.lines}; calls: {len(logs.calls)}; bad lines: {len(logs.problems)}"
    yield from (
        f"Left out: {count} that {visible(why, lines=False)}"
        for why, count in made.left_out.items()
    )
    yield f"\n{made.items} items, drawn from"
    strata = list(made.strata.items())
    for name, count in strata[:_STRATA_SHOWN]:
        yield f"  {visible(name.strip('/'), lines=False) or 'all'}: {count}"
    if len(strata) > _STRATA_SHOWN:
        yield f"  … and {len(strata) - _STRATA_SHOWN} more; --json lists them all"
    if made.undrawn:
        yield f"  {made.undrawn} more strata have no item, as there are more strata than items."
        yield "  The larger, the likelier to be drawn. Name less with --by, or more --items."
    if made.clusters:
        yield f"  in {made.clusters} clusters: what one person or conversation asks is alike"
    yield "\nRedacted, by pattern:"
    for pattern in PATTERNS:
        yield f"  {pattern.name:<8} {made.redacted.get(pattern.name, 0):>6}  {pattern.words}"
    yield f"Not found by any pattern: {MISSES}."
    yield "Patterns also take a few numbers for what they are not. Read the items before others do."
    yield "\n" + "\n".join(_about(made))
    folder = made.files[0].parent
    yield f"\nNext: fill in `expected` in {made.files[0]}, then"
    yield f"  equipoise decide {folder / 'workload.toml'}"


def _about(made: Initialised) -> Iterator[str]:
    if not made.shared_system:
        yield "No instruction is in the log: write task.system into the workload file."
    if not made.incumbent:
        model = visible(made.model, lines=False)
        yield f"{model} is no model of the catalog's, so the workload file has no incumbent."
    elif made.recorded:
        yield f"{made.incumbent} is the incumbent; its answers are kept, and it is not asked again."
        if sum(made.redacted.values()):
            yield "It answered the texts as they were before they were redacted."
    else:
        yield f"{made.incumbent} is the incumbent, and would be asked anew: {made.not_recorded}."
    yield "Its answers stand beside the items. To agree with them is never called quality."
