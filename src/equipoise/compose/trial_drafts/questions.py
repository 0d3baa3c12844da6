"""Logs as questions that a trial can put to anybody: one instruction, one question, one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

from equipoise.compose.call_prices import undated
from equipoise.errors import NotFoundError
from equipoise.statistics import quantile
from equipoise.trials.imports.call import RecordedCall
from equipoise.trials.imports.detect import Format, batch_format
from equipoise.trials.imports.envelope import decode_line
from equipoise.trials.imports.reading import LogReader, Logs
from equipoise.trials.items.log_fields import CONVERSATIONS, USERS, field_of, first_of
from equipoise.trials.items.log_rows import question_of

MODEL, LENGTH = "model", "length"
"""What a sample may be drawn by besides the fields of a line."""

_OTHER_INSTRUCTION = "were asked under another instruction than most"
_REPEATED = "ask what an earlier call asked"
_LENGTHS = ("short", "middle", "long")


@dataclass(frozen=True, slots=True)
class Question:
    """One call as a question. `parts` are its values of what is drawn by, in their order."""

    text: str
    system: str
    call: RecordedCall
    parts: tuple[str, ...]
    user: str
    conversation: str

    @property
    def model(self) -> str:
        """The name of the model that answered, without a date."""
        return undated(self.call.model)


@dataclass(frozen=True, slots=True)
class Questions:
    """What logs came to: the questions of one instruction, and the calls that are none, by why.

    `calls` are all that were made under that instruction, whether or not an item can be made of
    them: they are the workload's traffic.
    """

    found: tuple[Question, ...]
    logs: Logs
    system: str
    calls: tuple[RecordedCall, ...]
    left_out: Mapping[str, int]


def read_questions(files: Sequence[Path], by: Sequence[str]) -> Questions:
    """Read logs whole; raises NotFoundError where a file is not there.

    A call that two lines tell is one; the same question asked again is left out and counted.
    """
    reader = LogReader()
    counts: list[int] = []
    for path in files:
        with _open(path) as lines:
            reader.read(str(path), _counted(lines, counts))
    logs = reader.logs()
    left_out: Counter[str] = Counter()
    found: list[Question] = []
    distinct = {id(call) for call in logs.distinct().values()}
    for call, row in zip(logs.calls, _rows(files, counts, logs), strict=True):
        question, why_none = question_of(call.messages, call.marks)
        if id(call) not in distinct:
            left_out["stand in the log twice"] += 1
        elif why_none:
            left_out[why_none] += 1
        else:
            found.append(_question(question, call, row, by))
    system = _shared([question.system for question in found])
    left_out[_OTHER_INSTRUCTION] = sum(question.system != system for question in found)
    same = tuple(question for question in found if question.system == system)
    calls = tuple(
        call
        for call in logs.distinct().values()
        if not call.messages or _instruction(call) == system
    )
    return Questions(same, logs, system, calls, +left_out)


def without_repeats(questions: Sequence[Question]) -> tuple[list[Question], Mapping[str, int]]:
    """Each question once, as it was asked first; and how many that leaves out."""
    once: dict[str, Question] = {}
    for question in questions:
        once.setdefault(question.text.strip(), question)
    return list(once.values()), +Counter({_REPEATED: len(questions) - len(once)})


def strata_of(questions: Sequence[Question], by: Sequence[str]) -> list[str]:
    """What each question is drawn with; a length is one of three, each a third of all."""
    sizes = [float(len(question.text)) for question in questions]
    cuts = [quantile(sizes, share) for share in (1 / 3, 2 / 3)] if sizes else []
    lengths = [_LENGTHS[sum(size > cut for cut in cuts)] for size in sizes]
    return [
        "/".join(
            length if name == LENGTH else part for name, part in zip(by, row.parts, strict=True)
        )
        for row, length in zip(questions, lengths, strict=True)
    ]


def clusters_of(questions: Sequence[Question]) -> list[str]:
    """A number for whoever asked each question, or for its conversation; empty without both.

    What one person asks is alike, so people come first, unless all are one. The ids themselves go
    nowhere.
    """
    for ids in (
        [question.user for question in questions],
        [question.conversation for question in questions],
    ):
        known = list(dict.fromkeys(filter(None, ids)))
        if len(known) > 1:
            numbers = {name: f"c{number}" for number, name in enumerate(known, start=1)}
            return [numbers.get(name, "") for name in ids]
    return [""] * len(questions)


def _question(text: str, call: RecordedCall, row: Mapping[str, Any], by: Sequence[str]) -> Question:
    given = {MODEL: undated(call.model), LENGTH: ""}
    return Question(
        text=text,
        system=_instruction(call),
        call=call,
        parts=tuple(given[name] if name in given else field_of(row, name) for name in by),
        user=first_of(row, USERS),
        conversation=first_of(row, CONVERSATIONS),
    )


def _instruction(call: RecordedCall) -> str:
    return "\n\n".join(m.text for m in call.messages if m.role == "system").strip()


def _shared(systems: Sequence[str]) -> str:
    """The instruction that most calls have; of two that are as frequent, the first in the log."""
    return Counter(systems).most_common(1)[0][0] if systems else ""


def _counted(lines: Iterable[bytes], counts: list[int]) -> Iterator[bytes]:
    """The lines, and at the end their number: a log may grow while it is read."""
    counts.append(0)
    for line in lines:
        counts[-1] += 1
        yield line


def _rows(files: Sequence[Path], counts: Sequence[int], logs: Logs) -> Iterator[Mapping[str, Any]]:
    """The lines of the calls, in their order; others are blank, bad, or a batch's input."""
    bad = {(problem.file, problem.line) for problem in logs.problems}
    for path, count in zip(files, counts, strict=True):
        with _open(path) as lines:
            for number, line in enumerate(islice(lines, count), start=1):
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if not line.strip() or (str(path), number) in bad:
                    continue
                row = decode_line(line)
                if batch_format(row) is not Format.OPENAI_BATCH_INPUT:
                    yield row


def _open(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"no file {path}", hint="Check the path of the log.") from error
