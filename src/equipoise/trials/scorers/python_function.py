"""A function of the user's: `python:rules/fit.py:judge` gives the answer's text and its gold to it.

It returns true or false, a number between 0 and 1, or an object with `accepted` and perhaps
`value`, `malformed`, `refused` and `fields_right`. It runs in a process of its own with the
packages that are installed; it is trusted, so that a workload file has to allow it. Whatever it
raises becomes the error of the item it was raised on.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from equipoise.engines import sandbox
from equipoise.errors import EngineError
from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import Score, failed, verdict

PREFIX = "python:"
_KEYS = frozenset({"accepted", "value", "malformed", "refused", "fields_right"})


@dataclass(frozen=True, slots=True)
class Options:
    """When a number is enough, and what the function may use."""

    threshold: float = option(1.0, "how high a number is accepted", least=0, most=1)
    seconds: float = option(30.0, "how long one answer may take", least=0.1, most=300)
    memory_mb: int = option(4096, "how much memory it may use, in MiB", least=64, most=1_048_576)


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Function:
    """Where a function stands: its file, relative to the workload file, and its name."""

    file: str
    name: str


def find(scorer: str) -> Function | None:
    """The function that a scorer's name means; None where it means none."""
    file, colon, name = scorer.removeprefix(PREFIX).rpartition(":")
    if not scorer.startswith(PREFIX) or not colon or not file or not name.isidentifier():
        return None
    return Function(file, name)


def program_fault(program: str, name: str) -> str:
    """Why a file does not hold the function; empty where it does. Nothing of it is run."""
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"not Python: {error}"
    known = [row.name for row in body if isinstance(row, ast.FunctionDef)]
    return "" if name in known else f"has no function {name!r}"


def score(
    text: str, expected: object, program: str, name: str, options: Options = DEFAULT
) -> Score:
    """What the function of a program says of an answer."""
    try:
        given = json.dumps([text, expected])
    except (TypeError, ValueError) as error:
        return failed(f"gold cannot be given to {name}: {error}")
    return _scored(given, program, name, options)


@lru_cache(maxsize=4096)
def _scored(given: str, program: str, name: str, options: Options) -> Score:
    job = sandbox.Job((sandbox.Part(name, program),), name, tuple(json.loads(given)), trusted=True)
    limits = sandbox.Limits(
        wall_seconds=options.seconds,
        cpu_seconds=int(options.seconds) + 1,
        memory_bytes=options.memory_mb * 2**20,
        open_files=1024,
    )
    try:
        ended = sandbox.run(job, limits)
    except EngineError as error:
        return failed(error.message)
    wrong = ended.error or next((part.error for part in ended.parts if part.error), "")
    if wrong or not ended.whole:
        ending = {"time": f"took longer than {options.seconds:g} s"}
        return failed(f"{name}: {wrong or ending.get(ended.killed, ended.killed or 'ended early')}")
    try:
        return _read(json.loads(ended.result), options)
    except ValueError as error:
        return failed(f"{name}: {error}")


def _read(result: object, options: Options) -> Score:
    """The score that a returned value means; raises ValueError where it means none."""
    if isinstance(result, bool):
        return verdict(accepted=result)
    if isinstance(result, int | float) and 0 <= result <= 1:
        return _graded(float(result), options)
    if not isinstance(result, Mapping) or not result.keys() <= _KEYS:
        raise ValueError(f"returned {json.dumps(result)[:80]}, which is no score")
    flags = {k: v for k in ("accepted", "malformed", "refused") if (v := result.get(k)) is not None}
    grades = {k: v for k in ("value", "fields_right") if (v := result.get(k)) is not None}
    numbers = all(type(v) in {int, float} and 0 <= v <= 1 for v in grades.values())
    if not all(isinstance(flag, bool) for flag in flags.values()) or not numbers:
        raise ValueError(f"returned {json.dumps(result)[:80]}, which is no score")
    if "accepted" not in flags and "value" not in grades:
        raise ValueError("returned neither accepted nor value")
    accepted = flags.get("accepted", grades.get("value", 0) >= options.threshold)
    value = float(grades.get("value", accepted))
    return Score(
        accepted=accepted,
        fields_right=float(grades.get("fields_right", value)),
        malformed=flags.get("malformed", False),
        value=value,
        refused=flags.get("refused", False),
    )


def _graded(value: float, options: Options) -> Score:
    return Score(accepted=value >= options.threshold, fields_right=value, value=value)
