"""The decision record as Markdown, to be kept beside the code and read as plain text as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equipoise.console import findings, view
from equipoise.console.environment import environment
from equipoise.domain.decision import Decision, Portfolio

_SPECIAL = re.compile(r"[\\`*\[\]<|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
_OPENING = re.compile(r"^(?:([#+-])(?=[#+\-\s]|$)|(\d+)([.)])(?=\s|$)|>)")
_FENCE = re.compile(r"`{3,}")


class Block(str):
    """Text that is Markdown already, its values escaped: it is printed as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One workload's part of the record."""

    decision: Decision
    findings: tuple[str, ...]
    plans: tuple[view.PlanRow, ...]
    accounts: tuple[view.Account, ...]


def render(portfolio: Portfolio) -> str:
    """Write the record. Every value is escaped, so that none can become markup or HTML."""
    made = environment(finalize=_finalize)
    made.globals["table"] = table
    made.globals["fenced"] = fenced
    chapters = [_chapter(decision) for decision in portfolio.decisions]
    text = made.get_template("record.md").render(portfolio=portfolio, chapters=chapters)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def escaped(text: str) -> str:
    """A value on one line, with what Markdown would take for markup set aside by backslashes."""
    line = _SPECIAL.sub(lambda match: "\\" + match.group(), " ".join(text.split()))
    return _OPENING.sub(_set_aside, line)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> Block:
    """A table whose columns line up in plain text; `right` names those that hold numbers."""
    body = [[escaped(cell) for cell in row] for row in (head, *rows)]
    widths = [max(3, *(len(row[column]) for row in body)) for column in range(len(head))]
    lines = ["| " + " | ".join(_cells(row, widths, right)) + " |" for row in body]
    rule = [
        "-" * (width - 1) + ":" if column in right else "-" * width
        for column, width in enumerate(widths)
    ]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return Block("\n".join(lines))


def fenced(lines: Sequence[str]) -> Block:
    """Commands as a block to copy, in a fence longer than any inside."""
    text = "\n".join(lines)
    fence = "`" * max([3, *(len(run) + 1 for run in _FENCE.findall(text))])
    return Block(f"{fence}sh\n{text}\n{fence}")


def _chapter(decision: Decision) -> Chapter:
    return Chapter(
        decision=decision,
        findings=(findings.of_crossover(decision), findings.of_cost_quality(decision)),
        plans=view.plan_rows(decision),
        accounts=view.accounts(decision),
    )


def _finalize(value: object) -> object:
    return value if isinstance(value, Block) else escaped(str(value))


def _set_aside(match: re.Match[str]) -> str:
    if match.group(2):
        return f"{match.group(2)}\\{match.group(3)}"
    return "\\" + match.group()


def _cells(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
