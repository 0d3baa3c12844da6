"""From logs to a trial: items to label, the incumbent's answers and a drafted workload file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.compose.call_prices import undated
from equipoise.compose.out_folder import check_out
from equipoise.compose.trial_drafts.answers import form_of
from equipoise.compose.trial_drafts.candidates import Suggested, incumbent_of, suggested
from equipoise.compose.trial_drafts.draft import Draft, to_toml
from equipoise.compose.trial_drafts.drawing import Drawing, draw_items
from equipoise.compose.trial_drafts.files import LabelItem, present, write_trial
from equipoise.compose.trial_drafts.questions import (
    MODEL,
    Questions,
    read_questions,
    without_repeats,
)
from equipoise.errors import ConfigurationError, NotFoundError, Problem
from equipoise.trials.imports.reading import Logs
from equipoise.trials.imports.traffic import traffic

LEAST = 10
"""A trial of fewer items says nothing, and a workload file asks for no fewer."""

_OTHER_MODEL = "were answered by another model than the incumbent"
_ALIKE = "are alike once they are redacted"
_BAD_LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class InitOrder:
    """What the user asked for. `by` are the names that the sample is drawn by, in order.

    `name` is the workload's; empty for that of the folder. The names of the logs go nowhere.
    """

    files: tuple[Path, ...]
    out: Path
    items: int
    by: tuple[str, ...]
    incumbent: str | None
    margin: float
    seed: int
    data_class: str
    today: date
    name: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True)
class Initialised:
    """What came of it. `redacted` counts replacements by kind, `strata` items by stratum.

    `undrawn` are the strata without an item: there were more of them than items.
    """

    logs: Logs
    files: tuple[Path, ...]
    items: int
    left_out: Mapping[str, int]
    redacted: Mapping[str, int]
    strata: Mapping[str, int]
    undrawn: int
    shared_system: bool
    clusters: int
    model: str
    incumbent: str
    recorded: bool
    not_recorded: str
    candidates: tuple[str, ...]


def init_trial(order: InitOrder) -> Initialised:
    """Draw, redact, draft and write; nothing is sent anywhere.

    Raises NotFoundError where a file is not there, or holds no call of the incumbent's;
    ConfigurationError where there are too few questions, or files would be overwritten.
    """
    _check_new(order)
    found = read_questions(order.files, order.by)
    model = _incumbent(found, order)
    mine = [row for row in found.found if MODEL in order.by or row.model == model]
    left_out = Counter(found.left_out) + Counter({_OTHER_MODEL: len(found.found) - len(mine)})
    questions, repeats = without_repeats(mine)
    left_out += Counter(repeats)
    if len(questions) < LEAST:
        raise ConfigurationError(_too_few(order, len(questions), found.logs, left_out))
    drawing = draw_items(questions, found.system, order.by, order.items, order.seed)
    items = drawing.items
    left_out += Counter({_ALIKE: drawing.alike})
    if len(items) < LEAST:
        raise ConfigurationError(_too_few(order, len(items), found.logs, left_out))
    lacking = _not_recorded(items, model)
    draft = _draft(order, found, model, drawing, recorded=not lacking)
    check_out(order.out, "no trial")
    files = write_trial(order.out, items, to_toml(draft), recorded=draft.recorded)
    return Initialised(
        logs=found.logs,
        files=files,
        items=len(items),
        left_out=dict(+left_out),
        redacted=dict(sorted(drawing.redacted.items())),
        strata=dict(sorted(Counter(item.stratum for item in items).items())),
        undrawn=drawing.undrawn,
        shared_system=bool(found.system),
        clusters=len({item.cluster for item in items} - {""}),
        model=model,
        incumbent=draft.incumbent,
        recorded=draft.recorded,
        not_recorded=lacking,
        candidates=tuple(row.target for row in draft.candidates),
    )


def _check_new(order: InitOrder) -> None:
    there = present(order.out)
    if there and not order.force:
        advice = "Name another folder with --out, or write over it with --force."
        raise ConfigurationError(
            tuple(Problem(str(path), None, "", "is there already", advice) for path in there)
        )


def _too_few(
    order: InitOrder, count: int, logs: Logs, left_out: Mapping[str, int]
) -> tuple[Problem, ...]:
    """That there are too few, and what became of all the other lines."""
    files = ", ".join(map(str, order.files))
    reason = f"holds {count} different questions that could be items, and a trial has {LEAST}"
    advice = "Give a longer log; a call counts with one text asked, and its answer."
    return (
        *(Problem(row.file, row.line, "", row.reason) for row in logs.problems[:_BAD_LINES_SHOWN]),
        *(Problem(files, None, "", reason) for reason in _lost(logs, left_out)),
        Problem(files, None, "", reason, advice),
    )


def _lost(logs: Logs, left_out: Mapping[str, int]) -> Iterator[str]:
    more = len(logs.problems) - _BAD_LINES_SHOWN
    if more > 0:
        yield f"{more} more bad lines"
    yield from (f"left out: {count} that {why}" for why, count in left_out.items() if count)


def _incumbent(found: Questions, order: InitOrder) -> str:
    """The model whose answers are the incumbent's: the one named, or that of most questions."""
    counts = Counter(question.model for question in found.found)
    if not counts:
        raise NotFoundError(
            "nothing found: no line is a call that asks one text and was answered",
            hint="\n".join(
                (
                    *map(str, found.logs.problems[:_BAD_LINES_SHOWN]),
                    *_lost(found.logs, found.left_out),
                    "A line is a call with its answer, as `equipoise ledger import` reads them.",
                )
            ),
        )
    if order.incumbent is None:
        return counts.most_common(1)[0][0]
    for model in counts:
        target = incumbent_of(model, order.today)
        if order.incumbent in {model, *([target.model.id] if target is not None else [])}:
            return model
    raise NotFoundError(
        f"no call was answered by {order.incumbent!r}",
        hint=f"The log has answers of {', '.join(sorted(counts))}.",
    )


def _not_recorded(items: Sequence[LabelItem], model: str) -> str:
    """Why the incumbent's answers do not make an arm of their own; empty where they do."""
    others = sum(item.question.model != model for item in items)
    if others:
        return f"{others} of the questions were put to another model"
    uncounted = sum(
        item.question.call.usage is None or item.question.call.seconds is None for item in items
    )
    return f"the log has no tokens or no seconds of {uncounted} of them" if uncounted else ""


def _draft(
    order: InitOrder,
    found: Questions,
    model: str,
    drawing: Drawing,
    *,
    recorded: bool,
) -> Draft:
    calls = [call for call in found.calls if undated(call.model) == model]
    measured = traffic(calls)
    target = incumbent_of(model, order.today)
    candidates = suggested(target, measured, order.today)
    outputs = [call.usage.output for call in calls if call.usage is not None]
    return Draft(
        name=_name(order.name or order.out.name),
        title=_title(model, order.name),
        data_class=order.data_class,
        system=drawing.system,
        form=form_of([item.answer for item in drawing.items]),
        longest_answer=max(outputs, default=None),
        traffic=measured,
        items=len(drawing.items),
        seed=order.seed,
        margin=order.margin,
        incumbent=target.model.id if target is not None else "",
        recorded=recorded and target is not None,
        candidates=_distinct(candidates),
    )


def _distinct(candidates: Iterable[Suggested]) -> tuple[Suggested, ...]:
    """No two of one name: a model with open weights may be its own cheapest stand-in."""
    return tuple({row.id: row for row in reversed(list(candidates))}.values())[::-1]


def _title(model: str, name: str) -> str:
    """One line, of what a file can say: a log may call a model anything."""
    words = f"{name}: what {model} answers" if name else f"What {model} answers"
    told = words.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in told).split())


def _name(given: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", given.lower()).strip("-")
    return name[:60].strip("-") or "workload"
