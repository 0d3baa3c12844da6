"""What is wrong with a file of outcomes, said so that hundreds of faults can still be read.

Knows how problems are shown and counted; does not know what makes a row bad.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from equipoise.errors import ConfigurationError, Problem

_NAMED = 100
"""So many bad rows are described one by one; of the rest the numbers are listed."""
_SPANS = 20
"""So many stretches of lines are listed; of more nobody would read on."""
_LONGEST = 60


def outcomes_error(problems: Sequence[Problem]) -> ConfigurationError:
    """The error of a file of outcomes that cannot be judged, with all its problems."""
    error = ConfigurationError(tuple(problems))
    plural = "" if len(problems) == 1 else "s"
    error.message = f"{len(problems)} problem{plural} in the outcomes"
    return error


def named(problems: Sequence[Problem]) -> list[Problem]:
    """By line, the first hundred problems as they are, and the lines that the rest stand on."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    rest = ordered[_NAMED:]
    if not rest:
        return ordered
    spans = list(islice(_spans(sorted({problem.line or 0 for problem in rest})), _SPANS + 1))
    lines = ", ".join(spans[:_SPANS]) + (" and later ones" if len(spans) > _SPANS else "")
    more = f"{len(rest)} more rows cannot be taken in either: lines {lines}"
    return [*ordered[:_NAMED], Problem(ordered[0].path, None, "", more)]


def shown(text: str) -> str:
    """A cell's text as it may stand in a message: cut if long, escaped where unprintable."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if cut.isprintable():
        return cut
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in cut
    )


def _spans(lines: Sequence[int]) -> Iterator[str]:
    start = end = lines[0]
    for line in [*lines[1:], -1]:
        if line == end + 1:
            end = line
            continue
        yield str(start) if start == end else f"{start}–{end}"
        start = end = line
