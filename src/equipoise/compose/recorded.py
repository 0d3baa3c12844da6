"""The answers of a log as those of a candidate, matched with the items by what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from equipoise.compose.call_prices import undated
from equipoise.domain.endpoint import Target
from equipoise.domain.request import Answer
from equipoise.domain.workload import Recording, Workload
from equipoise.engines.recorded import RecordedAnswer, question
from equipoise.trials.imports.call import Mark, RecordedCall
from equipoise.trials.imports.reading import LogReader
from equipoise.trials.plan import draw_items


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    """Answers by question, and why they are not enough for a trial; empty where they are."""

    answers: Mapping[str, RecordedAnswer]
    lacking: str


def recorded_answers(workload: Workload, recording: Recording, target: Target) -> RecordedAnswers:
    """Find the answers to all items that the trial asks.

    A call counts where the last message is a user's and is the item's input, where the target's own
    model answered, and where tokens and seconds are known: a trial prices and times what it judges.
    Of several answers the first counts.
    """
    reader = LogReader()
    path = Path(recording.path)
    with path.open("rb") as lines:
        reader.read(str(path), lines)
    logs = reader.logs()
    answers: dict[str, RecordedAnswer] = {}
    for asked, answer in _usable(logs.calls, target):
        answers.setdefault(asked, answer)
    items = draw_items(workload)
    missing = sum(question(item.input) not in answers for item in items)
    lacking = (
        f"{missing} of {len(items)} items have no answer of {target.model.id} with tokens and "
        f"seconds in {path.name} ({len(logs.calls)} calls, {len(logs.problems)} bad lines)"
    )
    return RecordedAnswers(answers, lacking if missing else "")


def _usable(
    calls: tuple[RecordedCall, ...], target: Target
) -> Iterator[tuple[str, RecordedAnswer]]:
    names = {target.model.id, target.endpoint.served_name(target.model.id)}
    for call in calls:
        if call.seconds is None or call.usage is None or Mark.BEYOND_TEXT in call.marks:
            continue
        if names.isdisjoint({call.model, undated(call.model)}):
            continue
        if call.messages and call.messages[-1].role == "user":
            answer = Answer(call.answer, call.stop_reason, call.usage)
            yield question(call.messages[-1].text), RecordedAnswer(answer, call.seconds)
