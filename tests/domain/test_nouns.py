"""The nouns of a decision: what they refuse, and what they say of themselves."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import equipoise.domain
from equipoise.domain.endpoint import Dialect, Endpoint, Operator, Target, Term
from equipoise.domain.evidence import (
    Lengths,
    QualityEvidence,
    ServingEvidence,
    Standing,
    TrialEvidence,
)
from equipoise.domain.model import Model, Weights
from equipoise.domain.provenance import Source
from equipoise.domain.request import Message
from equipoise.domain.workload import (
    Candidate,
    CostAssumptions,
    DataClass,
    Item,
    NonInferiority,
    Organisation,
    Requirements,
    Shot,
    StoppingRule,
    Task,
    TrialSettings,
    Volume,
    Workload,
)

SOURCE = Source("a page", "https://example.org", date(2026, 11, 1))
REQUIREMENTS = Requirements(
    quality_floor=0.9,
    non_inferiority=None,
    latency_p95_ms=2000,
    availability=0.99,
    volume=Volume(2_628_000, 4.0),
    capabilities=frozenset(),
    licence_use=frozenset(),
    budget_usd_per_month=None,
)
TASK = Task(
    system="Name the ward.",
    schema={"type": "string"},
    scorer="exact_label",
    max_output_tokens=8,
    shots=(Shot("cough", "lung"), Shot("rash", "skin")),
)
ITEM = Item("1", "fever", "general")
WORKLOAD = Workload(
    name="triage",
    title="Triage",
    data_class=DataClass.RESTRICTED,
    task=TASK,
    items=(ITEM,),
    items_digest="00",
    requirements=REQUIREMENTS,
    organisation=Organisation(),
    costs=CostAssumptions(
        rejected_answer_usd=1.0, engineer_usd_per_year=100_000, self_hosting_fte=0.5, vendor_fte=0.1
    ),
    trial=TrialSettings(1, 7, 0.05, StoppingRule.FIXED, 0.95),
    candidates=(Candidate("a", "local/a"),),
)
ENDPOINT = Endpoint(
    id="host",
    name="Host",
    dialect=Dialect.OPENAI_CHAT,
    operator=Operator.VENDOR,
    base_url="https://example.org/v1",
    api_key=None,
    region="eu",
    terms=(),
    served_names={"small": "acme/small-2026"},
    renamed_fields={},
    price_provider=None,
    source=SOURCE,
)


def values() -> list[type]:
    """Every class that the room defines and that is a dataclass."""
    modules = [
        importlib.import_module(f"equipoise.domain.{found.name}")
        for found in pkgutil.iter_modules(equipoise.domain.__path__)
    ]
    return [
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and dataclasses.is_dataclass(kind)
    ]


@pytest.mark.parametrize("kind", values())
def test_every_value_is_frozen_slotted_and_says_what_it_is(kind: type) -> None:
    assert vars(kind)["__dataclass_params__"].frozen
    assert "__slots__" in vars(kind)
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{kind.__name__}(")


def test_the_room_imports_the_standard_library_and_the_errors_only() -> None:
    for file in Path(equipoise.domain.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                ours = name.startswith(("equipoise.domain", "equipoise.errors"))
                assert ours or name.split(".")[0] in sys.stdlib_module_names, (file.name, name)


@pytest.mark.parametrize(("floor", "bar"), [(None, None), (0.9, NonInferiority("incumbent", 0.03))])
def test_requirements_have_one_quality_bar(floor: float | None, bar: NonInferiority | None) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        replace(REQUIREMENTS, quality_floor=floor, non_inferiority=bar)


@pytest.mark.parametrize("items", [(), (ITEM,)])
def test_a_workload_has_items_or_states_lengths_and_never_both(items: tuple[Item, ...]) -> None:
    stated = Lengths(9.0, 0.0, 9.0, "somebody") if items else None
    with pytest.raises(ValueError, match="or else the lengths"):
        replace(WORKLOAD, items=items, lengths=stated)


def test_one_request_a_second_is_two_and_a_half_million_a_month() -> None:
    assert REQUIREMENTS.volume.mean_per_second == pytest.approx(1.0)
    assert REQUIREMENTS.volume.peak_per_second == pytest.approx(4.0)


@pytest.mark.parametrize("shots", [0, 1, 2])
def test_a_prompt_is_the_instruction_the_shots_asked_for_and_the_question(shots: int) -> None:
    prompt = WORKLOAD.prompt(Candidate("a", "local/a", shots=shots), ITEM)

    assert prompt[0] == Message("system", "Name the ward.")
    assert prompt[-1] == Message("user", "fever")
    assert [m.text for m in prompt[1:-1]] == ["cough", "lung", "rash", "skin"][: 2 * shots]
    assert [m.role for m in prompt[1:]] == ["user", "assistant"] * shots + ["user"]


@pytest.mark.parametrize(("day", "holds"), [(1, True), (2, True), (3, False)])
def test_a_term_holds_until_the_day_it_lapses_and_not_after(day: int, holds: bool) -> None:
    term = Term("retention", "none", SOURCE, expires=date(2026, 12, 2))

    assert term.holds(date(2026, 12, day)) is holds


def test_a_target_is_named_as_users_write_it() -> None:
    model = Model(
        id="small",
        name="Small",
        developer="Acme",
        weights=Weights.OPEN,
        licence="MIT",
        capabilities=frozenset(),
        source=SOURCE,
    )

    assert Target(model, ENDPOINT).id == "host/small"


def test_an_endpoint_may_know_a_model_by_another_name() -> None:
    assert ENDPOINT.served_name("small") == "acme/small-2026"
    assert ENDPOINT.served_name("large") == "large"


def test_a_source_says_when_it_was_checked_or_that_nobody_knows() -> None:
    assert str(SOURCE) == "a page, checked 2026-11-01"
    assert str(Source("a page")) == "a page, undated"


def test_trial_evidence_is_found_by_candidate() -> None:
    quality = QualityEvidence("a", Standing.MET, 10, 9, 0.9, 0.6, 0.99, "exact")
    lengths = Lengths(input=50.0, shared_input=40.0, output=3.0, measured_by="the endpoint")
    serving = ServingEvidence(
        candidate="a",
        answers=10,
        input_tokens=50.0,
        output_tokens=3.0,
        cached_tokens=40.0,
        busy_seconds=0.1,
        first_token_seconds=0.05,
        median_seconds=0.1,
        p95_seconds=0.2,
        p95_low=0.1,
        p95_high=0.3,
        longest_seconds=0.3,
        concurrency=1,
    )
    trial = TrialEvidence(
        workload="triage",
        plan_digest="00",
        journal_digest="11",
        items=10,
        quality=(quality,),
        paired=(),
        serving=(serving,),
        lengths=(("a", lengths),),
        unmeasured=(),
    )

    assert trial.quality_of("a") is quality
    assert trial.lengths_of("a") is lengths
    assert trial.serving_of("a") is serving
    assert trial.serving_of("b") is None
    with pytest.raises(KeyError, match="b"):
        trial.quality_of("b")
