"""Code that models write, run against the tests of its item."""

from __future__ import annotations

import pytest

from equipoise.engines import sandbox
from equipoise.trials.scorers import code_tests
from equipoise.trials.scorers.code_tests import Options, judged, score

TESTS = ["assert add(1, 2) == 3", "assert add(-1, 1) == 0", "assert add('a', 'b') == 'ab'"]
# Where the kernel lets nobody isolate anything the rest is tested all the same.
QUICK = Options(seconds=2, memory_mb=256, isolation="best_effort")
RIGHT = "def add(a, b):\n    return a + b\n"

ANSWERS: dict[str, tuple[str, str, float]] = {
    "bare": (RIGHT, "accepted", 1),
    "in a fence": (f"```python\n{RIGHT}```", "accepted", 1),
    "in prose": (f"Sure! Here it is:\n\n```python\n{RIGHT}```\n\nIt adds.", "accepted", 1),
    "with a call beside it": (f"```py\n{RIGHT}```\n```py\nadd(1, 2)\n```", "accepted", 1),
    "cut off after it": (f"```python\n{RIGHT}", "accepted", 1),
    "with a main guard": (f"{RIGHT}if __name__ == '__main__':\n    input()\n", "accepted", 1),
    "noisy": (f"print('x' * 10**6)\n{RIGHT}", "accepted", 1),
    "after working": (f"<think>a + b?</think>\n{RIGHT}", "accepted", 1),
    "for numbers only": ("def add(a, b):\n    return int(a) + int(b)\n", "wrong", 2 / 3),
    "subtracting": ("def add(a, b):\n    return a - b\n", "wrong", 0),
    "another name": ("def plus(a, b):\n    return a + b\n", "wrong", 0),
    "raising at once": (f"{RIGHT}raise RuntimeError('no')\n", "wrong", 0),
    "leaving before the tests": (f"{RIGHT}import sys\nsys.exit(0)\n", "wrong", 0),
    "killing its process": (f"{RIGHT}import os\nos._exit(0)\n", "wrong", 0),
    "speaking twice": ("import os\nos.fork()\ndef add(a, b):\n    return 3\n", "wrong", 1 / 3),
    "leaving inside a test": ("def add(a, b):\n    import os\n    os._exit(0)\n", "wrong", 0),
    "waiting for words": ("def add(a, b):\n    return input()\n", "wrong", 0),
    "without end": ("while True:\n    pass\n", "wrong", 0),
    "of all memory": ("x = 'a' * 10**10\n", "wrong", 0),
    "no Python": ("def add(a, b: return a + b", "malformed", 0),
    "prose only": ("I would add the two numbers.", "malformed", 0),
    "nothing": ("", "malformed", 0),
    "null bytes": ("\0", "malformed", 0),
    "half a surrogate": ("x = '\ud800'", "malformed", 0),
    "brackets": ("(" * 50_000, "malformed", 0),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_code_passes_its_tests_or_is_told_from_what_is_no_code(case: str) -> None:
    text, outcome, share = ANSWERS[case]
    found = score(text, TESTS, QUICK)

    assert found.outcome == outcome
    assert found.fields_right == pytest.approx(share)


def test_the_same_answer_is_judged_the_same_however_often_it_is_asked() -> None:
    text = "import random\ndef add(a, b):\n    return a + b if random.random() < 0.5 else None\n"

    assert len({score(text, TESTS[0], QUICK) for _ in range(6)}) == 1


def test_a_broken_test_is_the_scorer_s_error_and_nobody_s_wrong_answer() -> None:
    assert score(RIGHT, "assert add(1", QUICK).error.startswith("test 1 cannot be run: SyntaxError")


@pytest.mark.parametrize(
    ("expected", "fits"),
    [("assert True", True), (TESTS, True), ("assert (", False), ("", False), (5, False)],
)
def test_gold_is_the_source_of_tests(expected: object, fits: bool) -> None:
    assert (code_tests.gold_fault(expected) == "") is fits


def test_code_that_would_be_exposed_is_not_run_and_not_wrong_unless_it_may_be() -> None:
    refused = sandbox.Ended(whole=False, exposed=("network", "files"), parts=())
    parts = tuple(sandbox.PartResult(name, True, "") for name in ("the answer", "test 1"))
    ran = sandbox.Ended(whole=True, exposed=("network", "files"), parts=parts)

    assert "kept from the network and files here" in judged(refused, 1).error
    assert judged(refused, 1).outcome == "error"
    assert judged(ran, 1, QUICK).outcome == "accepted"
