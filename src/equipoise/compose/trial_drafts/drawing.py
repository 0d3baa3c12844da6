"""Questions drawn for a trial, and redacted together with the instruction and their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from equipoise.compose.trial_drafts.files import LabelItem
from equipoise.compose.trial_drafts.questions import Question, clusters_of, strata_of
from equipoise.trials.items.redaction.redactor import Redactor
from equipoise.trials.items.repeats import id_of
from equipoise.trials.items.sampling import Drawn, sample


@dataclass(frozen=True, slots=True)
class Drawing:
    """The items, and the instruction that they share, redacted.

    `redacted` counts replacements by kind, `alike` drawn questions that redaction made equal to
    earlier ones, whose weight these took over; `undrawn` strata that have no item.
    """

    items: Sequence[LabelItem]
    system: str
    redacted: Mapping[str, int]
    alike: int
    undrawn: int


def draw_items(
    questions: Sequence[Question], system: str, by: Sequence[str], wanted: int, seed: int
) -> Drawing:
    """Draw and redact. What stands in the instruction or in a slice and in an item is one thing."""
    strata = strata_of(questions, by)
    drawn = sample([question.text for question in questions], strata, wanted, seed)
    shared = Redactor().apart(system, *(text for row in drawn for text in _texts(questions, row)))
    told = shared.redact(system)
    slices = _labels(shared, ("/".join(filter(None, questions[row.place].parts)) for row in drawn))
    # A stratum is a slice and a length: what it names was counted with the slices.
    named = _labels(shared.apart(), (strata[row.place] for row in drawn))
    redacted = Counter(shared.found)
    clusters = clusters_of([questions[row.place] for row in drawn])
    found: dict[str, LabelItem] = {}
    for row, cluster in zip(drawn, clusters, strict=True):
        question = questions[row.place]
        redactor = shared.apart()
        text = redactor.redact(question.text)
        name = id_of(text, None)
        if name in found:
            earlier = found[name]
            found[name] = replace(earlier, weight=round(earlier.weight + row.weight, 6))
            continue
        found[name] = LabelItem(
            question=question,
            id=name,
            text=text,
            answer=redactor.redact(question.call.answer),
            stratum=named[strata[row.place]],
            slice=slices["/".join(filter(None, question.parts))],
            weight=round(row.weight, 6),
            cluster=cluster,
        )
        redacted.update(redactor.found)
    undrawn = len(set(strata)) - len({strata[row.place] for row in drawn})
    return Drawing(tuple(found.values()), told, redacted, len(drawn) - len(found), undrawn)


def _texts(questions: Sequence[Question], row: Drawn) -> tuple[str, str]:
    question = questions[row.place]
    return question.text, question.call.answer


def _labels(redactor: Redactor, given: Iterable[str]) -> Mapping[str, str]:
    """Names of parts, redacted; two that were apart stay apart."""
    told: dict[str, str] = {}
    taken: set[str] = set()
    for label in given:
        if label in told:
            continue
        redacted = name = redactor.redact(label)
        number = 1
        while name in taken:
            number += 1
            name = f"{redacted} ({number})"
        taken.add(name)
        told[label] = name
    return told
