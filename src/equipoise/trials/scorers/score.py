"""What a scorer says of one answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

# The word after the fence is JSON's name in any spelling, or absent.
_FENCE = re.compile(r"```\w*(.*?)(?:```)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Score:
    """Whether an answer is accepted, and how much of it is right.

    `fields_right` is a fraction of the answer's fields; `malformed` marks an answer that could
    not be read at all, which is a fault of form and shown apart from faults of content.
    """

    accepted: bool
    fields_right: float
    malformed: bool = False


MALFORMED = Score(accepted=False, fields_right=0.0, malformed=True)


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
