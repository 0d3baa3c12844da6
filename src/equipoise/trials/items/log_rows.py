"""Rows of a log of calls: the questions that were asked, and never the answers as gold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from equipoise.domain.request import Message
from equipoise.trials.imports import anthropic_messages, openai_batch, openai_chat
from equipoise.trials.imports.call import Mark, UnreadableError
from equipoise.trials.imports.detect import Format, batch_format, log_format
from equipoise.trials.imports.envelope import decode_line, open_envelope
from equipoise.trials.items.jsonl import TOO_LONG
from equipoise.trials.items.row import Fault, Place, Row
from equipoise.trials.items.text_file import Digest, lines, opened

COLUMNS: Final = ("input", "model")

BEYOND_TEXT: Final = "hold tools or media, and an item is text"
NO_QUESTION: Final = "hold no question, such as a batch's output without its input"
EARLIER_TURNS: Final = "follow earlier turns, without which they are other questions"

_READERS: Final = {
    Format.OPENAI_CHAT: openai_chat.read_call,
    Format.ANTHROPIC_MESSAGES: anthropic_messages.read_call,
}
_ADVICE: Final = "A line is a call with its answer, as `equipoise ledger import` reads them."


def log_rows(path: Path, digest: Digest) -> Iterator[Row]:
    """A row a call; raises OSError or ValueError where the file cannot be read."""
    with opened(path, digest) as file:
        for number, line in lines(file):
            place = Place(str(path), number)
            if line is None:
                yield Row(place, None, (TOO_LONG,))
            elif line.strip():
                yield _row(place, line)


def question_of(messages: Sequence[Message], marks: frozenset[Mark]) -> tuple[str, str]:
    """The only question of a conversation, and why it has none; one of them is empty."""
    if Mark.BEYOND_TEXT in marks:
        return "", BEYOND_TEXT
    turns = [message for message in messages if message.role != "system"]
    if not turns or turns[-1].role != "user" or not turns[-1].text.strip():
        return "", NO_QUESTION
    return (turns[-1].text, "") if len(turns) == 1 else ("", EARLIER_TURNS)


def _row(place: Place, line: bytes) -> Row:
    try:
        messages, marks, model = _asked(line)
    except UnreadableError as error:
        return Row(place, None, (Fault(str(error), _ADVICE),))
    question, why_none = question_of(messages, marks)
    return Row(place, {"input": question, "model": model}, left_out=why_none)


def _asked(line: bytes) -> tuple[tuple[Message, ...], frozenset[Mark], str]:
    row = decode_line(line)
    match batch_format(row):
        case Format.OPENAI_BATCH_INPUT:
            asked = openai_batch.read_input(row)
            return asked.messages, asked.marks, ""
        case Format.OPENAI_BATCH_OUTPUT:
            call = openai_batch.read_output(row)
        case _:
            envelope = open_envelope(row)
            call = _READERS[log_format(envelope)](envelope)
    # An answer that called a tool was an answer to a question all the same.
    marks = call.marks if not call.messages else frozenset[Mark]()
    return call.messages, marks, call.model
