"""What no single key can show: names that must exist elsewhere, numbers that must fit together.

Reads the file as it was written, not as it was parsed: what is wrong in one place must not hide
what is wrong in another. A value of the wrong kind is passed over, since it is reported already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from equipoise.catalog import hardware as catalog_hardware
from equipoise.catalog import models as catalog_models
from equipoise.config.items_file import ItemsFile
from equipoise.config.load_test_checks import load_test_problems
from equipoise.config.price_checks import figure_problems, price_problems
from equipoise.config.problems import suggest
from equipoise.config.scorer_checks import judges_text, scorer_problems
from equipoise.config.settings import Settings
from equipoise.config.toml_file import TomlFile
from equipoise.config.workload_schema import TaskTable, TrialTable, made_id
from equipoise.domain.endpoint import Operator
from equipoise.domain.model import Weights
from equipoise.errors import Problem

_BARS = ("quality_floor", "non_inferiority")
_LENGTHS = ("requirements", "lengths")


@dataclass(frozen=True, slots=True)
class WorkloadChecks:
    """A workload file with what it refers to. `items` and `shots` are None where none are named.

    `every_item` asks all items, so that the number the file sets does not matter.
    """

    file: TomlFile
    settings: Settings
    items: ItemsFile | None
    shots: ItemsFile | None
    every_item: bool

    def problems(self) -> Iterator[Problem]:
        """Everything that does not fit together."""
        yield from self._bar()
        yield from self._draft()
        yield from self._lengths()
        yield from self._judged()
        yield from scorer_problems(self.file, self.items)
        yield from self._names()
        yield from self._items()
        yield from figure_problems(self.file)
        for index in range(self._candidates):
            yield from self._shots(index)
            yield from self._assumed(index)
            yield from self._target(index)
            yield from self._hardware(index)
            yield from self._recorded(index)
            yield from load_test_problems(self.file, self.settings, index)
            yield from price_problems(self.file, self.settings, index)

    @property
    def _candidates(self) -> int:
        return len(self.file.at(list, "candidates") or ())

    def _bar(self) -> Iterator[Problem]:
        table = self.file.at(dict, "requirements")
        if table is not None and sum(bar in table for bar in _BARS) != 1:
            second = ("requirements", _BARS[1]) if _BARS[1] in table else ("requirements",)
            yield self.file.problem(
                second,
                "set exactly one of quality_floor and non_inferiority",
                "The one is a share of answers, the other a margin below an incumbent.",
            )

    @property
    def _is_draft(self) -> bool:
        """Whether nothing is labelled yet, and the lengths of requests are stated instead."""
        task, requirements = (self.file.at(dict, name) for name in ("task", "requirements"))
        return not self._has_items(task or {}) and _LENGTHS[-1] in (requirements or {})

    def _has_items(self, task: Mapping[str, object]) -> bool:
        return "items" in task or "items" in self.file.data

    def _draft(self) -> Iterator[Problem]:
        task = self.file.at(dict, "task")
        if task is None or self._is_draft:
            return
        if _LENGTHS[-1] in (self.file.at(dict, "requirements") or {}):
            reason = "the lengths of a workload with items are counted, not stated"
            yield self.file.problem(_LENGTHS, reason, "Take the table away, or task.items.")
        if "items" in task and "items" in self.file.data:
            reason = "the items are named twice: in [items], too"
            yield self.file.problem(("task", "items"), reason, "Keep one of the two.")
        given = {"items": self._has_items(task), "answer": judges_text(self.file)}
        for name in ("items", "scorer", "answer"):
            if name not in task and not given.get(name):
                advice = f"It is {TaskTable.model_fields[name].description}."
                if name == "items":
                    advice += " A draft has none and states requirements.lengths instead."
                yield self.file.problem(("task", name), "missing", advice)

    def _lengths(self) -> Iterator[Problem]:
        whole, shared = (self._number(*_LENGTHS, f"{of}input_tokens") for of in ("", "shared_"))
        if whole is not None and shared is not None and shared > whole:
            yield self.file.problem(
                (*_LENGTHS, "shared_input_tokens"),
                "shared_input_tokens is above input_tokens",
                "It is the part of them that every request repeats.",
            )

    def _judged(self) -> Iterator[Problem]:
        fields = self.file.at(dict, "task", "answer")
        for index, name in enumerate(self.file.at(list, "task", "judged") or ()):
            if fields is not None and isinstance(name, str) and name not in fields:
                where = ("task", "judged", index)
                yield self.file.problem(where, f"no field {name!r}", suggest(name, fields))

    def _names(self) -> Iterator[Problem]:
        ids = [self._id(index) for index in range(self._candidates)]
        known = [name for name in ids if name is not None]
        places = (("incumbent",), ("requirements", "non_inferiority", "incumbent"))
        # Where one candidate's own id is not known, a name that no other bears may be its.
        for where in places if len(known) == len(ids) else ():
            name = self.file.at(str, *where)
            if name is not None and name not in known:
                yield self.file.problem(where, f"no candidate {name!r}", suggest(name, known))
        for index, name in enumerate(ids):
            if name is not None and name in ids[:index]:
                yield self.file.problem(
                    ("candidates", index, "id"),
                    f"two candidates are called {name!r}",
                    "Give one of them an id of its own.",
                )

    def _id(self, index: int) -> str | None:
        given = self.file.at(str, "candidates", index, "id")
        target = self.file.at(str, "candidates", index, "target")
        if given is not None or target is None:
            return given
        return made_id(target, self.file.at(int, "candidates", index, "shots") or 0)

    def _items(self) -> Iterator[Problem]:
        written = "items" in (self.file.at(dict, "trial") or {})
        wanted = self.file.at(int, "trial", "items") if written else TrialTable().items
        if wanted is None or self.items is None or self.every_item:
            return
        if 0 < self.items.lines < wanted:
            yield self.file.problem(
                ("trial", "items"),
                f"{wanted} items are wanted, the file has {self.items.lines}",
                "Ask for fewer, or label more.",
            )

    def _shots(self, index: int) -> Iterator[Problem]:
        wanted = self.file.at(int, "candidates", index, "shots") or 0
        if wanted > 0 and self._is_draft:
            yield self.file.problem(
                ("candidates", index, "shots"),
                "a draft states one length of requests for all candidates, so none has shots",
                "Take the key away until there are items.",
            )
            return
        unread = self.shots is not None and not self.shots.lines
        given = self.shots.lines if self.shots is not None else 0
        if wanted > given and not unread:
            yield self.file.problem(
                ("candidates", index, "shots"),
                f"{wanted} shots are wanted, the task has {given}",
                "Ask for fewer, or write more into the file that task.shots names.",
            )

    def _assumed(self, index: int) -> Iterator[Problem]:
        where = ("candidates", index, "assume")
        low, high = (self._number(*where, f"accept_rate_{end}") for end in ("low", "high"))
        if low is not None and high is not None and low > high:
            yield self.file.problem(
                (*where, "accept_rate_low"),
                "accept_rate_low is above accept_rate_high",
                "Exchange them.",
            )

    def _number(self, *where: str | int) -> float | None:
        whole = self.file.at(int, *where)
        return whole if whole is not None else self.file.at(float, *where)

    def _target(self, index: int) -> Iterator[Problem]:
        target = self.file.at(str, "candidates", index, "target")
        if target is None:
            return
        where = ("candidates", index, "target")
        endpoint, slash, name = target.partition("/")
        if not slash:
            advice = "Write endpoint/model, such as local/smollm2-135m-instruct."
            yield self.file.problem(where, f"{target!r} names no model", advice)
            return
        known = self.settings.endpoints
        if endpoint not in known:
            yield self.file.problem(where, f"no endpoint {endpoint!r}", suggest(endpoint, known))
        models = {model.id: model for model in catalog_models.models()}
        if name not in models:
            yield self.file.problem(where, f"no model {name!r}", suggest(name, models))
        elif self._is_own(index) and models[name].weights is Weights.CLOSED:
            yield self.file.problem(
                where,
                f"{name} has closed weights: nobody but its vendor runs it",
                "Name its vendor's endpoint, or a model with open weights.",
            )

    def _hardware(self, index: int) -> Iterator[Problem]:
        machines = [row.id for row in catalog_hardware.hardware_rows()]
        where = ("candidates", index, "hardware")
        table = self.file.at(dict, "candidates", index) or {}
        name = self.file.at(str, *where)
        if "hardware" not in table and self._is_own(index):
            advice = f"Name the machine it would run on: {', '.join(machines)}."
            yield self.file.problem(where, "missing", advice)
        elif name is not None and name not in machines:
            yield self.file.problem(where, f"no hardware {name!r}", suggest(name, machines))

    def _recorded(self, index: int) -> Iterator[Problem]:
        where = ("candidates", index, "recorded")
        name = self.file.at(str, *where)
        if name and self._is_draft:
            reason = "a draft has no items that recorded answers could be judged by"
            advice = "Take the key away until there are items."
            yield self.file.problem(where, reason, advice)
        elif name and not (self.file.path.parent / name).is_file():
            advice = "Put the log there, or take the key away: the candidate is asked then."
            yield self.file.problem(where, "no such file", advice)

    def _is_own(self, index: int) -> bool:
        target = self.file.at(str, "candidates", index, "target") or ""
        endpoint = self.settings.endpoints.get(target.partition("/")[0])
        return endpoint is not None and endpoint.operator is Operator.SELF
