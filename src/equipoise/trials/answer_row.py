"""One journaled answer, and the line that it is written as."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import msgspec

from equipoise.trials.plan import canonical


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer as it came: text, tokens as the endpoint counted them, times in seconds, cost.

    `cost_pico` is in picodollars: tokens at the vendor's price, or our machine's time at its rent.
    `failure` is set where no answer came, after every retry. `repeat` counts from 0. `asked` is a
    digest of the question, whom it was put to and how; `cached` marks an answer that another
    journal held, for which nothing was paid here.
    """

    candidate: str
    item: str
    text: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    seconds: float
    first_token_seconds: float
    cost_pico: int
    failure: str = ""
    repeat: int = 0
    asked: str = ""
    cached: bool = False


# Keys of lines that say no more than their default. Their absence keeps what a journal, and a
# decision that rests on it, said before there were such keys.
_ADDED: dict[str, Any] = {"repeat": 0, "asked": "", "cached": False}
_FIELDS = frozenset(field.name for field in fields(AnswerRow))


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["answer"]
    candidate: str
    item: str
    text: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    seconds: float
    first_token_seconds: float
    cost_pico: int
    failure: str = ""
    repeat: int = 0
    asked: str = ""
    cached: bool = False


_NAMES = _Line.__struct_fields__[1:]
_DECODER = msgspec.json.Decoder(_Line)


def line(row: AnswerRow) -> bytes:
    """The row's line, with its end."""
    values = {key: value for key, value in asdict(row).items() if _ADDED.get(key) != value}
    return canonical({"kind": "answer", **values}) + b"\n"


def said(row: AnswerRow) -> dict[str, Any]:
    """What the answer is, wherever it was had from; an answer's first repeat is just an answer."""
    values = asdict(row)
    del values["asked"], values["cached"]
    if row.repeat == 0:
        del values["repeat"]
    return values


def read(text: bytes) -> AnswerRow:
    """The row of a line; raises ValueError, with the reason, where it is none."""
    try:
        found = _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return _slowly(text)
    return AnswerRow(*[getattr(found, name) for name in _NAMES])


def _slowly(text: bytes) -> AnswerRow:
    """As `read`, with Python's reader: it knows half a surrogate pair, and says what is wrong."""
    row = read_object(text)
    if row.pop("kind", None) != "answer" or not row.keys() <= _FIELDS:
        raise ValueError("not an answer")
    try:
        return msgspec.convert(row, AnswerRow)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def read_object(text: bytes) -> dict[str, Any]:
    """The JSON object that a line holds; raises ValueError where it holds none."""
    try:
        row = json.loads(text.decode("utf-8"))
    except RecursionError as error:
        raise ValueError(str(error)) from error
    if isinstance(row, dict):
        return row
    raise ValueError("not a JSON object")
