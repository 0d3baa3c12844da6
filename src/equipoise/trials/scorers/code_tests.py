"""Code that has to pass the tests of its item: it is run, which a workload file has to allow.

Code and tests run in one process of a sandbox (`engines.sandbox`), without the network and without
anything to write to; what that cannot keep away is in its README. A program that looks for the
sandbox's own word can say that its tests passed: read the answers of a model that does too well.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from equipoise.engines import sandbox
from equipoise.errors import EngineError
from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, WRONG, Score, failed
from equipoise.trials.scorers.text import expected_texts, said, texts_fault, unfenced


@dataclass(frozen=True, slots=True)
class Options:
    """What the code may use, and whether it has to be isolated."""

    seconds: float = option(10.0, "how long code and tests may run", least=0.1, most=300)
    memory_mb: int = option(512, "how much memory they may use, in MiB", least=64, most=65_536)
    isolation: str = option(
        "required",
        "whether code is run where the kernel cannot isolate it",
        words=("required", "best_effort"),
    )


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether the code of an answer passes its item's tests; what is no Python is malformed.

    Gold is Python source that raises where the code is wrong, or a list of such tests, of which
    `fields_right` is the share that passed.
    """
    answer = said(text)
    code = unfenced(answer) or answer
    if not code.strip():
        return MALFORMED
    # A test that passes now and then says one thing in one trial, however often it is asked.
    return _scored(code, expected_texts(expected), options)


def gold_fault(expected: object) -> str:
    """Why a gold answer holds no tests; empty where it does."""
    wrong = texts_fault(expected)
    if wrong:
        return "must be the source of its tests, or a list of tests"
    for test in expected_texts(expected):
        try:
            ast.parse(test)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"must be Python: {error}"
    return ""


@lru_cache(maxsize=4096)
def _scored(code: str, tests: tuple[str, ...], options: Options) -> Score:
    answer, *names = _names(len(tests))
    job = sandbox.Job(
        (
            sandbox.Part(answer, code),
            *(sandbox.Part(n, t, False) for n, t in zip(names, tests, strict=True)),
        ),
        needs_isolation=options.isolation == "required",
    )
    limits = sandbox.Limits(
        wall_seconds=options.seconds,
        cpu_seconds=int(options.seconds) + 1,
        memory_bytes=options.memory_mb * 2**20,
    )
    try:
        ended = sandbox.run(job, limits)
    except EngineError as error:
        return failed(error.message)
    return judged(ended, len(tests), options)


def judged(ended: sandbox.Ended, tests: int, options: Options = DEFAULT) -> Score:
    """The score of code by how the job ended that ran it and its tests."""
    if ended.exposed and options.isolation == "required":
        exposed = " and ".join(ended.exposed)
        return failed(
            f"the code was not run: it could not be kept from the {exposed} here; "
            'isolation = "best_effort" runs it all the same'
        )
    # A program that forks reports in several voices: each test has to pass in all of them.
    said = {name: [row for row in ended.parts if row.name == name] for name in _names(tests)}
    code, *results = said.values()
    if not code:
        return WRONG  # it ended the process, or was ended, before it had run
    if not all(row.read for row in code):
        return MALFORMED
    broken = [row for rows in results for row in rows if not row.read]
    if broken:
        return failed(f"{broken[0].name} cannot be run: {broken[0].error}")
    passed = sum(bool(rows) and not any(row.error for row in rows) for rows in results)
    share = passed / tests if tests else 0.0
    return Score(accepted=ended.whole and share == 1, fields_right=share)


def _names(tests: int) -> tuple[str, ...]:
    return ("the answer", *(f"test {number}" for number in range(1, tests + 1)))
