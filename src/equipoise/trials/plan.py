"""What a trial will do, written down before its first call and never changed after.

The plan's digest names the journal, so a changed margin, item or prompt is another trial.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from equipoise.domain.workload import Candidate, Item, Task, Workload

FORMAT = 1


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """One candidate's part: the target, and a digest of every prompt it will be given."""

    candidate: str
    target: str
    shots: int
    prompts_digest: str


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """Everything that decides what a trial's result means.

    `bar` is a quality floor, or a margin below `reference`; `order` the item ids as they will be
    asked, the same for every arm. `scorer` is its name, followed by its options as canonical JSON
    and the digest of a program of the user's, where it has those.
    """

    workload: str
    bar: float
    reference: str | None
    alpha: float
    stopping: str
    seed: int
    scorer: str
    items_digest: str
    order: tuple[str, ...]
    arms: tuple[ArmPlan, ...]
    temperature: float = 0.0
    format: int = FORMAT
    repeats: int = 1

    @property
    def values(self) -> dict[str, Any]:
        """The plan as plain values; what was added since its format is there where it says more."""
        values = asdict(self)
        if self.repeats == 1:
            del values["repeats"]
        return values

    @property
    def digest(self) -> str:
        """SHA-256 of the plan as canonical JSON, in hexadecimal."""
        return hashlib.sha256(canonical(self.values)).hexdigest()


def changes(before: Mapping[str, Any], plan: TrialPlan) -> list[str]:
    """What a plan says otherwise than the plain values of another, in words."""
    after = json.loads(canonical(plan.values))
    before = {"repeats": 1, **before}
    after.setdefault("repeats", 1)
    told = {_NAMES.get(key, key): None for key in after if before.get(key) != after[key]}
    return [f"another {name}" for name in told]


_NAMES = {
    "bar": "bar",
    "reference": "incumbent",
    "stopping": "stopping rule",
    "items_digest": "set of items",
    "order": "draw of items",
    "arms": "set of candidates or prompts",
    "repeats": "number of repeats",
}


def canonical(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # An engine may say half a surrogate pair, which UTF-8 cannot; the escape is JSON's own.
    return text.encode("utf-8", "backslashreplace")


def draw_items(workload: Workload) -> tuple[Item, ...]:
    """Shuffle once with the trial's seed and take as many items as it asks for."""
    items = sorted(workload.items, key=lambda item: item.id)
    random.Random(workload.trial.seed).shuffle(items)  # noqa: S311 — a draw, not a secret
    return tuple(items[: workload.trial.items])


def make_plan(workload: Workload, candidates: tuple[Candidate, ...]) -> TrialPlan:
    """Plan a trial of `candidates`, which are the ones that can be reached."""
    items = draw_items(workload)
    bar = workload.requirements.non_inferiority
    floor = workload.requirements.quality_floor
    return TrialPlan(
        workload=workload.name,
        bar=bar.margin if bar is not None else floor or 0.0,
        reference=bar.incumbent if bar is not None else None,
        alpha=workload.trial.alpha,
        stopping=workload.trial.stopping.value,
        seed=workload.trial.seed,
        scorer=_scorer(workload.task),
        items_digest=workload.items_digest,
        order=tuple(item.id for item in items),
        arms=tuple(_arm(workload, candidate, items) for candidate in candidates),
        repeats=workload.trial.repeats,
    )


def _scorer(task: Task) -> str:
    """The scorer's name, and with it all that decides what it says."""
    said: dict[str, Any] = {"options": task.options} if task.options else {}
    if task.program:
        said["program"] = hashlib.sha256(canonical(task.program)).hexdigest()
    return f"{task.scorer} {canonical(said).decode()}" if said else task.scorer


def _arm(workload: Workload, candidate: Candidate, items: tuple[Item, ...]) -> ArmPlan:
    # Answers of another log, or of the endpoint itself, are another trial's.
    logged = [candidate.recorded.digest] if candidate.recorded is not None else []
    rest = canonical([workload.task.schema, workload.task.max_output_tokens, *logged])
    # The digest of a list of all prompts and of the rest, of which never more than one is there.
    digest, comma = hashlib.sha256(b"[["), b""
    for item in items:
        prompt = [(m.role, m.text) for m in workload.prompt(candidate, item)]
        digest.update(comma + canonical([*prompt, ("gold", item.expected)]))
        comma = b","
    digest.update(b"]," + rest[1:])
    return ArmPlan(candidate.id, candidate.target, candidate.shots, digest.hexdigest())
