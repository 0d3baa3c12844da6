"""A plan's digest: another for whatever changes what the result means, the same for the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.workload import NonInferiority, Shot, StoppingRule, Workload
from equipoise.trials.plan import canonical, changes, draw_items, make_plan

MakeWorkload = Callable[..., Workload]
Change = Callable[[Workload], Workload]


def digest(workload: Workload) -> str:
    return make_plan(workload, workload.candidates).digest


def required(**values: Any) -> Change:
    """Change the requirements."""

    def change(workload: Workload) -> Workload:
        return replace(workload, requirements=replace(workload.requirements, **values))

    return change


def asked(**values: Any) -> Change:
    """Change the task."""
    return lambda workload: replace(workload, task=replace(workload.task, **values))


def run(**values: Any) -> Change:
    """Change how the trial is run."""
    return lambda workload: replace(workload, trial=replace(workload.trial, **values))


def first_item(**values: Any) -> Change:
    """Change the first item."""

    def change(workload: Workload) -> Workload:
        first, *others = workload.items
        return replace(workload, items=(replace(first, **values), *others))

    return change


def first_candidate(**values: Any) -> Change:
    """Change the first candidate."""

    def change(workload: Workload) -> Workload:
        first, *others = workload.candidates
        return replace(workload, candidates=(replace(first, **values), *others))

    return change


CHANGES: dict[str, Change] = {
    "the floor": required(quality_floor=0.81),
    "a margin for the floor": required(
        quality_floor=None, non_inferiority=NonInferiority("a", 0.8)
    ),
    "alpha": run(alpha=0.01),
    "the seed": run(seed=2),
    "the number of repeats": run(repeats=2),
    "the stopping rule": run(stopping=StoppingRule.BETTING),
    "the number of items": run(items=11),
    "the scorer": asked(scorer="exact_fields"),
    "the instruction": asked(system="Sort the message!"),
    "the longest answer": asked(max_output_tokens=17),
    "the schema": asked(schema={"type": "object", "properties": {"queue": {"type": "number"}}}),
    "an item's text": first_item(input="message 0!"),
    "an item's gold": first_item(expected={"queue": "delivery"}),
    "an item's id": first_item(id="i000!"),
    "the number of shots": first_candidate(shots=1),
    "a target": first_candidate(target="local/c"),
    "a candidate's name": first_candidate(id="c"),
    "the file of items": lambda workload: replace(workload, items_digest="1" * 64),
    "the name": lambda workload: replace(workload, name="sorting"),
    "a candidate more": lambda workload: replace(
        workload, candidates=(*workload.candidates, replace(workload.candidates[0], id="c"))
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_changes_with(change: str, make_workload: MakeWorkload) -> None:
    workload = make_workload()

    assert digest(CHANGES[change](workload)) != digest(workload)


def test_the_digest_changes_with_the_margin_and_whom_it_is_below(
    make_workload: MakeWorkload,
) -> None:
    workload = make_workload(margin=0.05)
    wider = required(non_inferiority=NonInferiority("a", 0.06))(workload)
    other = required(non_inferiority=NonInferiority("b", 0.05))(workload)

    assert len({digest(workload), digest(wider), digest(other)}) == 3


def test_the_digest_changes_with_a_worked_example_that_is_shown_and_no_other(
    make_workload: MakeWorkload,
) -> None:
    workload = first_candidate(shots=1)(make_workload())
    first, second = workload.task.shots
    shown = asked(shots=(Shot("another one", first.answer), second))(workload)
    hidden = asked(shots=(first, Shot("another one", second.answer)))(workload)

    assert digest(shown) != digest(workload)
    assert digest(hidden) == digest(workload)


KEPT: dict[str, Change] = {
    "the title": lambda workload: replace(workload, title="Another"),
    "what is merely required": required(latency_p95_ms=1.0, availability=0.5),
    "the order of the file": lambda workload: replace(workload, items=workload.items[::-1]),
    "the cost of an answer": lambda workload: replace(
        workload, costs=replace(workload.costs, rejected_answer_usd=9.0)
    ),
    "the confidence asked of the decision": run(confidence=0.9),
    "what may be spent": run(budget_usd=1.0, budget_minutes=5.0),
}


@pytest.mark.parametrize("change", KEPT)
def test_the_digest_stays_with(change: str, make_workload: MakeWorkload) -> None:
    workload = make_workload()

    assert digest(KEPT[change](workload)) == digest(workload)


# The names of journals that exist: what the plan learned to say since must not rename them.
EXAMPLES = {
    "clinic-notes": "3bb8432432319ab7e4ea3daed9a97f12f9c15ec07e1c090aba87cb83082ccf28",
    "support-triage": "d344169111ef896c6c59ffeb9bc00128f31ab62ae55a877602c0a6cfc0eef28f",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_go_on_with_the_journals_that_they_had(name: str) -> None:
    folder = Path(__file__).parents[2] / "examples" / name
    workload = load_workload(folder / "workload.toml", load_settings(None))

    assert digest(workload) == EXAMPLES[name]


def test_what_changed_is_said_in_words(make_workload: MakeWorkload) -> None:
    before, workload = make_workload(), make_workload(margin=0.05)
    plan = make_plan(run(repeats=3)(workload), workload.candidates)
    values = make_plan(before, before.candidates).values

    assert changes(json.loads(canonical(values)), plan) == [
        "another bar",
        "another incumbent",
        "another number of repeats",
    ]
    assert changes(json.loads(canonical(plan.values)), plan) == []


def turned(value: Any) -> Any:
    """The same value with every dictionary filled in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSON)
def test_one_value_has_one_spelling_whatever_the_order_of_its_keys(value: Any) -> None:
    assert canonical(turned(value)) == canonical(value)
    assert json.loads(canonical(value).decode("utf-8")) == value


@given(st.text(st.characters(categories=["Cs", "Lu"])))
def test_half_a_surrogate_pair_has_a_spelling_too(text: str) -> None:
    # Two halves that stand side by side are one character to whoever reads them.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    assert json.loads(canonical(text).decode("utf-8")) == joined


def test_the_digest_does_not_depend_on_the_order_of_keys(make_workload: MakeWorkload) -> None:
    workload = make_workload()
    schema = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "string"}}}
    gold = {"a": 1, "b": "x"}
    one = first_item(expected=gold)(asked(schema=schema)(workload))
    other = first_item(expected=turned(gold))(asked(schema=turned(schema))(workload))

    assert list(turned(schema)["properties"]) == ["b", "a"]
    assert digest(one) == digest(other)


def test_a_plan_written_as_json_has_the_same_digest_when_it_is_read(
    make_workload: MakeWorkload,
) -> None:
    workload = make_workload()
    plan = make_plan(workload, workload.candidates)

    assert canonical(json.loads(canonical(asdict(plan)))) == canonical(asdict(plan))


def test_items_are_drawn_by_the_seed_and_in_the_same_order_for_everybody(
    make_workload: MakeWorkload,
) -> None:
    workload = run(items=7)(make_workload(12))
    drawn = draw_items(workload)
    order = tuple(item.id for item in drawn)

    assert make_plan(workload, workload.candidates).order == order
    assert draw_items(replace(workload, items=workload.items[::-1])) == drawn
    assert len(set(order)) == 7
    assert order != tuple(sorted(order))
    assert order != tuple(item.id for item in draw_items(run(seed=2)(workload)))
    # Written down once: another order would be another trial of everybody's journals.
    assert order == ("i007", "i011", "i000", "i008", "i005", "i006", "i003")


def test_a_plan_writes_down_what_it_was_made_with(make_workload: MakeWorkload) -> None:
    workload = run(seed=7, alpha=0.1, stopping=StoppingRule.BETTING)(make_workload(candidates="a"))
    plan = make_plan(workload, workload.candidates)

    assert (plan.workload, plan.seed, plan.alpha, plan.stopping) == ("triage", 7, 0.1, "betting")
    assert (plan.scorer, plan.items_digest) == ("exact_label", workload.items_digest)
    assert [(arm.candidate, arm.target, arm.shots) for arm in plan.arms] == [("a", "local/a", 0)]


def test_the_bar_is_a_floor_or_a_margin_below_a_reference(make_workload: MakeWorkload) -> None:
    floor, margin = make_workload(floor=0.7), make_workload(margin=0.05)
    against_floor = make_plan(floor, floor.candidates)
    against_incumbent = make_plan(margin, margin.candidates)

    assert (against_floor.bar, against_floor.reference) == (0.7, None)
    assert (against_incumbent.bar, against_incumbent.reference) == (0.05, "a")
