"""What a scorer says of one answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

# The word after the fence is JSON's name in any spelling, or absent.
_FENCE = re.compile(r"```\w*(.*?)(?:```)?", re.DOTALL)

Outcome = Literal["accepted", "error", "refused", "malformed", "wrong"]
_NOT_SAID = -1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Whether an answer is accepted, and how much of it is right.

    `fields_right` is a fraction of the answer's fields; `malformed` marks an answer that could
    not be read at all, which is a fault of form and shown apart from faults of content; `refused`
    one that declines. `value` is in [0, 1] for scorers that measure by degrees, and elsewhere 1
    for what is accepted. `error` says why the scorer itself could not judge: such a score is
    nothing about the candidate.
    """

    accepted: bool
    fields_right: float
    malformed: bool = False
    value: float = _NOT_SAID
    refused: bool = False
    error: str = ""

    def __post_init__(self) -> None:
        if self.value == _NOT_SAID:
            object.__setattr__(self, "value", float(self.accepted))
        if not 0 <= self.value <= 1:
            raise ValueError(f"a score's value is between 0 and 1, not {self.value}")

    @property
    def outcome(self) -> Outcome:
        """The one class that the answer counts in."""
        if self.error:
            return "error"
        if self.accepted:
            return "accepted"
        return "refused" if self.refused else "malformed" if self.malformed else "wrong"


ACCEPTED = Score(accepted=True, fields_right=1.0)
WRONG = Score(accepted=False, fields_right=0.0)
MALFORMED = Score(accepted=False, fields_right=0.0, malformed=True)
REFUSED = Score(accepted=False, fields_right=0.0, refused=True)


def verdict(*, accepted: bool) -> Score:
    """The score of an answer that is right or wrong as a whole."""
    return ACCEPTED if accepted else WRONG


def failed(reason: str) -> Score:
    """The score of an answer that the scorer could not judge, in at most 300 characters."""
    return Score(accepted=False, fields_right=0.0, error=reason[:300] or "no reason given")


def read_object(text: str) -> dict[str, Any] | None:
    """The JSON object an answer consists of, inside a code fence or not; None where it is none.

    Hosted models wrap JSON in fences although told not to; counting that as a wrong answer has
    cost other harnesses whole models (the BFCL leaderboard of 2024), so the fence is taken off.
    """
    fenced = _FENCE.fullmatch(text.strip())
    try:
        value = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):  # small models repeat a bracket until they are cut off
        return None
    return value if isinstance(value, dict) else None


def read_json(text: str) -> Any:
    """The JSON value an answer consists of, inside a code fence or not.

    Raises ValueError where it is none; NaN and Infinity, which Python would read, are none.
    """
    fenced = _FENCE.fullmatch(text.strip())
    try:
        return json.loads(fenced[1] if fenced else text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
