"""The calls of tools that an answer makes: their names and arguments against gold's.

An answer is one call or a list of them, as JSON: `{"name": …, "arguments": {…}}`, or in the shape
of OpenAI's `tool_calls`, of Anthropic's `tool_use`, or in `<tool_call>` tags as Qwen and Hermes
write them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import Score, read_json
from equipoise.trials.scorers.text import said, unfenced
from equipoise.trials.scorers.values import same_value

_TAGGED = re.compile(r"<tool_call>(.*?)(?:</tool_call>|(?=<tool_call>)|\Z)", re.DOTALL)
# What a call begins with in the templates of open models, or any object that looks like one.
_BEGUN = re.compile(
    r"<\|?/?(?:tool_calls?|function_calls?|functioncall|function=|invoke|python_tag|tool▁call)"
    r"|\[TOOL_CALLS\]"
    r"|\"(?:arguments|parameters|input)\"\s{0,20}:|\"tool_(?:calls|use)\"",
    re.IGNORECASE,
)
_ARGUMENTS = ("exact", "subset", "ignored")
# More calls than any gold has; the rest of an answer that repeats itself is not compared.
_MOST_CALLS = 256


@dataclass(frozen=True, slots=True)
class Options:
    """What has to be the same."""

    arguments: str = option(
        "exact",
        "what arguments have to be: gold's exactly, gold's and perhaps others, or anything",
        words=_ARGUMENTS,
    )
    order: bool = option(False, "whether calls have to come in gold's order")
    more_calls: bool = option(False, "whether there may be calls beyond gold's")


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the tool's name and the arguments it is given."""

    name: str
    arguments: Mapping[str, Any]


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether an answer makes gold's calls; one from which no calls can be read is malformed.

    `fields_right` is the share of gold's calls that are made. Where gold is an empty list, plain
    words are right: nothing was to be called. Words that begin a call are not plain.
    """
    gold = read_calls(expected) or []
    answer = said(text)
    given = answered_calls(answer)
    if given is None:
        plain = not gold and _BEGUN.search(answer) is None
        return Score(accepted=plain, fields_right=float(plain), malformed=not plain)
    found = _in_order(given, gold, options) if options.order else _matched(given, gold, options)
    whole = found == len(gold) and (options.more_calls or len(given) == len(gold))
    share = found / len(gold) if gold else float(not given)
    return Score(accepted=whole, fields_right=share)


def answered_calls(text: str) -> list[Call] | None:
    """The calls in a text; None where there are none, or one of them cannot be read."""
    tagged = _TAGGED.findall(text)
    try:
        values = [read_json(inner) for inner in tagged[: _MOST_CALLS + 1]]
        return read_calls(values if tagged else read_json(unfenced(text) or text))
    except ValueError:
        return None


def read_calls(value: object) -> list[Call] | None:
    """The calls that a value of JSON holds; None where it holds something else."""
    if isinstance(value, Mapping) and isinstance(value.get("tool_calls"), list):
        value = value["tool_calls"]
    rows = value if isinstance(value, list) else [value]
    calls = [_call(row) for row in rows[: _MOST_CALLS + 1]]
    return [call for call in calls if call is not None] if None not in calls else None


def gold_fault(expected: object) -> str:
    """Why a gold answer holds no calls; empty where it does."""
    calls = read_calls(expected)
    if calls is not None and len(calls) <= _MOST_CALLS:
        return ""
    return 'must be calls such as {"name": "look_up", "arguments": {"order": 7}}, or a list of them'


def _call(row: object) -> Call | None:
    if not isinstance(row, Mapping):
        return None
    inner = row["function"] if isinstance(row.get("function"), Mapping) else row
    name = inner.get("name")
    given: Any = next((inner[k] for k in ("arguments", "input", "parameters") if k in inner), {})
    if isinstance(given, str):
        # OpenAI writes the arguments as JSON inside a text.
        try:
            given = json.loads(given or "{}")
        except (ValueError, RecursionError):
            return None
    if not isinstance(name, str) or not isinstance(given, Mapping):
        return None
    return Call(name.strip(), given)


def _same(given: Call, gold: Call, options: Options) -> bool:
    if given.name != gold.name.strip():
        return False
    if options.arguments == "ignored":
        return True
    if options.arguments == "exact" and given.arguments.keys() != gold.arguments.keys():
        return False
    return all(
        name in given.arguments and same_value(given.arguments[name], value)
        for name, value in gold.arguments.items()
    )


def _in_order(given: Sequence[Call], gold: Sequence[Call], options: Options) -> int:
    """How many of gold's calls are made, each after the one before it."""
    left = iter(given)
    found = 0
    for wanted in gold:
        if not any(_same(call, wanted, options) for call in left):
            break
        found += 1
    return found


def _matched(given: Sequence[Call], gold: Sequence[Call], options: Options) -> int:
    """The most of gold's calls that can each be given a call of its own (augmenting paths)."""
    fits = [[n for n, call in enumerate(given) if _same(call, g, options)] for g in gold]
    taken: dict[int, int] = {}

    def place(wanted: int, seen: set[int]) -> bool:
        for call in fits[wanted]:
            if call not in seen:
                seen.add(call)
                if call not in taken or place(taken[call], seen):
                    taken[call] = wanted
                    return True
        return False

    return sum(place(wanted, set()) for wanted in range(len(gold)))
