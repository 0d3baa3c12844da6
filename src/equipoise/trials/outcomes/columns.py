"""Which column of a table is what: its own name, or one of the spellings that are usual for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from equipoise.errors import Problem

ALIASES: dict[str, tuple[str, ...]] = {
    "item": (
        "item_id", "question_id", "prompt_id", "sample_id", "instance_id", "example_id", "case_id",
        "id",
    ),
    "model": ("model_id", "model_name", "candidate", "target", "system", "arm"),
    "score": (
        "correct", "is_correct", "passed", "pass", "resolved", "accepted", "success", "accuracy",
        "reward",
    ),
    "cost": ("cost_usd", "usd", "total_cost", "price_usd"),
    "latency": (),
    "slice": ("task", "category", "subset", "subject", "domain"),
    "cluster": (
        "conversation_id", "conversation", "customer_id", "customer", "document_id", "document",
        "repo", "session_id", "session", "thread_id", "thread", "user_id",
    ),
    "repeat": ("run", "epoch", "attempt", "repetition"),
    "weight": ("sampling_weight",),
}  # fmt: skip
"""What a column is to a verdict, and how else it is spelled; earlier spellings come first."""

SECONDS: dict[str, float] = {
    "latency_s": 1.0,
    "latency_seconds": 1.0,
    "duration_s": 1.0,
    "duration_seconds": 1.0,
    "elapsed_s": 1.0,
    "seconds": 1.0,
    "latency_ms": 0.001,
    "duration_ms": 0.001,
    "elapsed_ms": 0.001,
}
"""Spellings of latency, and how many seconds one of their units is. `latency` alone names none."""

_NEEDED = ("item", "model", "score")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each role stands in a row, the latency's unit in seconds, and what was noted."""

    places: Mapping[str, int]
    seconds: float
    notes: tuple[str, ...]

    def text(self, cells: Sequence[str], role: str) -> str | None:
        """A row's text for a role, None where the table has no such column."""
        place = self.places.get(role)
        return None if place is None else cells[place].strip()


def find_columns(
    header: Sequence[str],
    given: Mapping[str, str],
    path: str,
    needed: Sequence[str] = _NEEDED,
) -> tuple[Columns | None, list[Problem]]:
    """Find the roles in a header; `given` names columns that the user chose for a role.

    Returns no columns, and why, where one that is needed is missing or a chosen one is not there.
    """
    problems = _doubled(header, path)
    lowered = {name.lower(): place for place, name in reversed(list(enumerate(header)))}
    places: dict[str, int] = {}
    taken: list[str] = []
    seconds = 1.0
    for role, spellings in ALIASES.items():
        names = (given[role],) if role in given else (role, *spellings)
        if role == "latency" and role not in given:
            names = tuple(SECONDS)
        found = next((name for name in names if name.lower() in lowered), None)
        if found is None:
            if role in given or role in needed:
                problems.append(_missing(role, names, header, path))
            continue
        places[role] = lowered[found.lower()]
        if role == "latency":
            seconds = SECONDS.get(found.lower(), 1.0)
        if found.lower() != role:
            taken.append(f"{header[places[role]]} as {role}")
    if problems:
        return None, problems
    return Columns(places, seconds, _notes(header, places, taken, given)), []


def _notes(
    header: Sequence[str], places: Mapping[str, int], taken: list[str], given: Mapping[str, str]
) -> tuple[str, ...]:
    notes = [f"Read {', '.join(taken)}."] if taken else []
    left = [name for place, name in enumerate(header) if place not in places.values()]
    if "latency" not in places and "latency" in (name.lower() for name in left):
        notes.append(
            "latency is left out: its name does not say its unit. Call it latency_ms or latency_s."
        )
        left = [name for name in left if name.lower() != "latency"]
    if "latency" in given and given["latency"].lower() not in SECONDS:
        notes.append(f"{given['latency']} is taken to be in seconds.")
    if left:
        notes.append(f"Not read: {', '.join(left)}.")
    return tuple(notes)


def _doubled(header: Sequence[str], path: str) -> list[Problem]:
    lowered = [name.lower() for name in header]
    names = dict.fromkeys(name for name in lowered if lowered.count(name) > 1)
    return [Problem(path, 1, name, "is the name of two columns") for name in names if name]


def _missing(role: str, names: Sequence[str], header: Sequence[str], path: str) -> Problem:
    there = ", ".join(header) or "none"
    close = [m for name in names for m in get_close_matches(name, header, 1, 0.75)]
    advice = f"Did you mean --column {role}={close[0]}?" if close else ""
    if not close:
        advice = f"Name it {role}, or say --column {role}=NAME."
    wanted = names[0] if len(names) == 1 else f"{role} (nor {', '.join(names[1:])})"
    return Problem(path, 1, role, f"there is no column {wanted}; there are {there}", advice)
