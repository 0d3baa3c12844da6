"""Whether a task's scorer, its options, its answers and its items fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from equipoise.config.items_file import ItemsFile
from equipoise.config.problems import suggest
from equipoise.config.toml_file import TomlFile
from equipoise.config.workload_schema import answer_schema, gold_schema
from equipoise.errors import Problem
from equipoise.trials.scorers import SCORERS, Rule, misfit, python_function, rule
from equipoise.trials.scorers import options as scorer_options

_SCORER, _OPTIONS = ("task", "scorer"), ("task", "options")


def scorer_problems(file: TomlFile, items: ItemsFile | None) -> Iterator[Problem]:
    """What is wrong with the scorer; nothing where none is named."""
    name = file.at(str, *_SCORER)
    if name is None:
        return
    row = rule(name)
    if row is None:
        yield _unknown(file, name)
        return
    yield from _program(file, name)
    yield from _permission(file, name, row)
    yield from _answer(file, name, row)
    given = file.at(dict, *_OPTIONS) or {}
    options, problems = _options(file, row, given)
    yield from problems
    if options is not None and items is not None and not file.at(dict, "task", "answer"):
        yield from _gold(file, name, items, lambda expected: row.gold_fault(expected, options))


def judges_text(file: TomlFile) -> bool:
    """Whether a task needs no fields: its scorer judges text as well, or is not known yet."""
    name = file.at(str, *_SCORER)
    row = rule(name) if name is not None else None
    return name is not None and (row is None or row.answers != "fields")


def needs_gold(file: TomlFile) -> bool:
    """Whether an item without a right answer is of no use to the scorer."""
    row = rule(file.at(str, *_SCORER) or "")
    return row is None or row.needs_gold


def program_of(file: TomlFile) -> str:
    """The source of the user's own scorer; empty without one, or where it cannot be read."""
    function = python_function.find(file.at(str, *_SCORER) or "")
    if function is None:
        return ""
    try:
        return (file.path.parent / function.file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _unknown(file: TomlFile, name: str) -> Problem:
    if name.startswith(python_function.PREFIX):
        advice = "Write python:FILE.py:FUNCTION, with the file beside the workload file."
        return file.problem(_SCORER, f"{name!r} names no function", advice)
    return file.problem(_SCORER, f"no scorer {name!r}", suggest(name, SCORERS))


def _program(file: TomlFile, name: str) -> Iterator[Problem]:
    function = python_function.find(name)
    if function is None:
        return
    if not (file.path.parent / function.file).is_file():
        advice = "The path is taken from the workload file's folder."
        yield file.problem(_SCORER, f"no file {function.file!r}", advice)
    elif reason := python_function.program_fault(program_of(file), function.name):
        yield file.problem(_SCORER, f"{function.file}: {reason}", "It is called as f(text, gold).")


def _permission(file: TomlFile, name: str, row: Rule[Any]) -> Iterator[Problem]:
    if row.executes and not file.at(bool, "task", "allow_code"):
        whose = "the code that models write" if name in SCORERS else "a program of yours"
        yield file.problem(
            ("task", "allow_code"),
            f"{name} runs {whose}, which nobody has allowed",
            "Write allow_code = true into [task] if that is meant.",
        )


def _answer(file: TomlFile, name: str, row: Rule[Any]) -> Iterator[Problem]:
    answer = file.at(dict, "task", "answer")
    judged = file.at(list, "task", "judged")
    if answer is None:
        if judged and row.answers != "fields":
            reason = "a plain text has no fields to be judged"
            yield file.problem(("task", "judged"), reason, "Take the key away.")
        return
    schema = gold_schema(answer_schema(answer), judged)
    if schema is not None and (reason := misfit(name, schema)):
        others = [other for other in SCORERS if not misfit(other, schema)]
        yield file.problem(_SCORER, reason, suggest("", others))


def _options(
    file: TomlFile, row: Rule[Any], given: dict[str, Any]
) -> tuple[Any | None, list[Problem]]:
    problems = []
    for fault in scorer_options.faults(row.options, given):
        if fault.known or not fault.meaning:
            advice = suggest(str(given[fault.key] if fault.meaning else fault.key), fault.known)
        else:
            advice = fault.meaning
        problems.append(file.problem((*_OPTIONS, fault.key), fault.reason, advice))
    if problems:
        return None, problems
    options = scorer_options.read(row.options, given)
    if reason := row.fault(options):
        key, _, why = reason.partition(": ")
        return None, [file.problem((*_OPTIONS, key), why, _meaning(row, key))]
    return options, []


def _meaning(row: Rule[Any], key: str) -> str:
    meaning = scorer_options.meanings(row.options).get(key)
    return f"It is {meaning}." if meaning else ""


def _gold(
    file: TomlFile, name: str, items: ItemsFile, fault: Callable[[Any], str]
) -> Iterator[Problem]:
    """One problem a reason, since a file of another kind is wrong in every item."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for item in items.items:
        if reason := fault(item.expected):
            first.setdefault(reason, item.id)
            counts[reason] += 1
    source = file.at(str, "task", "items") or file.at(str, "items", "path") or ""
    for reason, item_id in first.items():
        of = f", and in {counts[reason] - 1} more items" if counts[reason] > 1 else ""
        where = f"{item_id}.expected"
        advice = f"It is what {name} judges by."
        yield Problem(str(file.path.parent / source), None, where, f"{reason}{of}", advice)
