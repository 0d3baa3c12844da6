"""A draft, of which nobody has items yet: priced and screened like others, and never decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.decisions.record import to_value
from equipoise.domain.decision import Decision, NeededQuality, PlanKind, Portfolio
from equipoise.domain.evidence import Lengths
from equipoise.domain.workload import DataClass, Task
from equipoise.economics.accepted import per_accepted
from equipoise.trials.results import without_trial

from .cases import (
    TODAY,
    Ask,
    Entrant,
    claude,
    gpt,
    hosted,
    kinds,
    large,
    make_case,
    reasons,
    row_of,
)

COUNTED = Lengths(1_850.0, 1_200.0, 310.0, measured_by="the vendor's usage export of 2026-10")
INCUMBENT = Ask(incumbent="gpt")


def drafted(*entrants: Entrant, ask: Ask | None = None, lengths: Lengths = COUNTED) -> Case:
    """The case of a draft: what `make_case` makes, without items and without a trial."""
    case = make_case(*entrants, ask=ask)
    task = Task("To be written.", {}, "", 500)
    workload = replace(case.workload, items=(), items_digest="", task=task, lengths=lengths)
    return replace(case, workload=workload, trial=without_trial(workload))


def run(*entrants: Entrant, ask: Ask | None = None, lengths: Lengths = COUNTED) -> Decision:
    return decide(drafted(*entrants, ask=ask, lengths=lengths), seed=1)


def needed(decision: Decision, candidate: str) -> NeededQuality:
    (row,) = [row for row in decision.needed if row.candidate == candidate]
    return row


def test_a_draft_is_undecided_whatever_is_assumed() -> None:
    decision = run(gpt(assumed=(0.99, 1.0)), hosted(), ask=INCUMBENT)

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.stated_lengths == COUNTED
    assert decision.evidence == ()
    assert {row.standing for row in decision.candidates} == {"unmeasured"}


def test_every_plan_of_a_draft_is_priced_from_the_lengths_it_states() -> None:
    decision = run(gpt(), claude(), hosted(), large(), ask=INCUMBENT)
    priced = {kind for kind, plan in kinds(decision).items() if plan.monthly_usd is not None}
    # 300,000 requests at $0.40 and $1.60 a million, and 0.05 of an engineer.
    fees = 300_000 * (1_850 * 0.4e-6 + 310 * 1.6e-6)

    assert priced == set(PlanKind)
    assert kinds(decision)[PlanKind.AS_IS].monthly_usd == pytest.approx(fees + 500)
    assert kinds(decision)[PlanKind.UNDECIDED].monthly_usd == pytest.approx(fees + 500)


def test_a_prefix_that_a_draft_says_is_repeated_is_read_from_the_cache() -> None:
    decision = run(gpt(), ask=INCUMBENT)

    assert kinds(decision)[PlanKind.OPTIMISED].note.startswith(
        "prompt cache on the 1200 tokens that every request repeats"
    )


def test_a_draft_is_screened_like_any_workload() -> None:
    ask = Ask(data_class=DataClass.RESTRICTED, users=None, latency_ms=500.0)
    decision = run(gpt(), large(), ask=ask)

    assert reasons(decision) == {
        ("gpt", "data_class"),
        ("large", "licence"),
        ("large", "latency"),
    }


def test_the_next_step_of_a_draft_is_to_write_items_and_then_to_ask_them() -> None:
    step = run(gpt(), hosted(), large(), ask=INCUMBENT).next_measurement

    assert step is not None
    assert step.what == (
        "write items.jsonl with 60 labelled requests and set task.items, task.answer and "
        "task.scorer"
    )
    assert step.commands == (
        (
            "# write items.jsonl with 60 labelled requests; in the workload file set task.items, "
            "task.answer and task.scorer"
        ),
        "# and take [requirements.lengths] away: lengths are counted then",
        "export GROQ_API_KEY=…",
        "export OPENAI_API_KEY=…",
        "equipoise decide triage.toml",
    )
    hosted_usd, gpt_usd = 1_850 * 0.05e-6 + 310 * 0.08e-6, 1_850 * 0.4e-6 + 310 * 1.6e-6
    assert step.cost_usd == pytest.approx(60 * (hosted_usd + gpt_usd))
    assert step.hours == pytest.approx(60 / 60 + 2 * 60 / 3600)


def test_the_next_step_asks_only_for_what_the_task_does_not_say() -> None:
    case = drafted(gpt())
    task = replace(case.workload.task, schema={"type": "object"}, scorer="exact_label")
    step = decide(replace(case, workload=replace(case.workload, task=task)), 1).next_measurement

    assert step is not None
    assert step.what == "write items.jsonl with 60 labelled requests and set task.items"


def test_where_nobody_may_be_used_items_would_settle_nothing() -> None:
    decision = run(gpt(), ask=Ask(data_class=DataClass.RESTRICTED))

    assert decision.next_measurement is None
    assert decision.answer.endswith("name another one, or ask for less.")


def test_a_draft_compared_with_an_incumbent_needs_items_too() -> None:
    decision = run(gpt(), hosted(), ask=Ask(below=("gpt", 0.05), incumbent="gpt"))

    assert decision.next_measurement is not None
    assert decision.next_measurement.what.startswith("write items.jsonl")
    assert needed(decision, "hosted").needed is None
    assert "nobody can say what hosted needs" in needed(decision, "hosted").sentence


def test_the_answer_of_a_draft_says_that_it_is_one() -> None:
    assert run(gpt(), ask=INCUMBENT).answer == (
        "Undecided: this is a draft without items, so that nobody's quality is measured. Next: "
        "write items.jsonl with 60 labelled requests and set task.items, task.answer and "
        "task.scorer, for about $0.0742."
    )


def test_a_step_that_costs_nothing_but_time_names_no_price() -> None:
    text = run(large(), ask=Ask(latency_ms=60_000.0)).answer

    assert text.endswith("set task.items, task.answer and task.scorer.")


def test_the_answer_of_a_draft_names_who_leads_on_assumptions() -> None:
    text = run(gpt(assumed=(0.9, 1.0)), hosted()).answer

    assert "; on assumptions alone, gpt would be cheapest most often. Next: " in text


def test_the_lengths_of_a_draft_are_an_assumption_and_whose_count_they_are_its_source() -> None:
    found = {row.subject: row for row in run(gpt(), large(), ask=INCUMBENT).assumptions}
    length, tokens = found["length of a request"], found["tokens of GPT-4.1 mini"]

    assert length.value == (
        "1,850.0 tokens in, 1,200.0 of them the same in every request, 310.0 out"
    )
    assert length.source.name == tokens.source.name == COUNTED.measured_by
    assert length.source.checked is None
    assert tokens.why == "stated in the workload file; its own tokenizer was not asked"
    assert "there are no items yet" in found["accept rate of gpt"].why


def test_lengths_without_a_shared_prefix_say_nothing_of_one() -> None:
    found = run(gpt(), lengths=replace(COUNTED, shared_input=0.0)).assumptions
    (length,) = [row for row in found if row.subject == "length of a request"]

    assert length.value == "1,850.0 tokens in, 310.0 out"


@settings(max_examples=30, deadline=None)
@given(
    requests=st.integers(100, 10**7),
    rejected=st.sampled_from([0.0, 0.01, 0.4]),
    tokens=st.tuples(st.floats(10, 20_000), st.floats(1, 2_000)),
)
def test_at_the_rate_named_a_rival_costs_what_the_incumbent_does_where_that_is_just_good_enough(
    requests: int, rejected: float, tokens: tuple[float, float]
) -> None:
    ask = replace(INCUMBENT, requests=requests, rejected_usd=rejected)
    lengths = Lengths(tokens[0], 0.0, tokens[1], "somebody")
    decision = run(gpt(), claude(), hosted(), ask=ask, lengths=lengths)
    today = per_accepted(row_of(decision, "gpt").monthly_usd or 0.0, requests, 0.85, rejected)
    for name in ("claude", "hosted"):
        monthly = row_of(decision, name).monthly_usd or 0.0
        rate = needed(decision, name).needed
        event(f"{name} {'at no rate' if rate is None else 'at the bar' if rate == 0.85 else ''}")
        if rate is None:
            assert per_accepted(monthly, requests, 1.0, rejected) > today
        elif rate == 0.85:
            assert per_accepted(monthly, requests, 0.85, rejected) <= today * (1 + 1e-9)
        else:
            assert per_accepted(monthly, requests, rate, rejected) == pytest.approx(today)


@pytest.mark.parametrize(
    ("entrant", "ask", "sentence"),
    [
        (
            hosted(),
            replace(INCUMBENT, rejected_usd=0.01),
            (
                "hosted would win with 85.0% of its answers accepted if gpt is just good enough, "
                "and with 94.0% if all of gpt's answers are accepted"
            ),
        ),
        (
            hosted(),
            replace(INCUMBENT, rejected_usd=0.0, requests=10_000_000),
            (
                "hosted would win with 85.0% of its answers accepted, which is the bar, however "
                "good gpt is"
            ),
        ),
        (
            claude(),
            replace(INCUMBENT, rejected_usd=0.0, requests=10_000_000),
            (
                "at today's volume claude cannot win while gpt is good enough: at $34,500 a month "
                "it costs more per accepted answer even with every answer accepted"
            ),
        ),
        (
            claude(),
            replace(INCUMBENT, rejected_usd=0.05),
            (
                "claude would win with 89.1% of its answers accepted if gpt is just good enough, "
                "and at no rate if all of gpt's answers are accepted"
            ),
        ),
    ],
)
def test_what_a_rival_needs_depends_on_how_good_the_incumbent_is(
    entrant: Entrant, ask: Ask, sentence: str
) -> None:
    assert needed(run(gpt(), entrant, ask=ask), entrant.id).sentence == sentence


def test_the_incumbent_itself_and_all_where_there_is_none_need_the_bar() -> None:
    with_one, without = run(gpt(), hosted(), ask=INCUMBENT), run(gpt(), hosted())

    for row in (needed(with_one, "gpt"), needed(without, "gpt"), needed(without, "hosted")):
        assert row.needed == 0.85
        assert "which is the bar" in row.sentence


def test_the_record_of_a_draft_says_whose_count_its_lengths_are() -> None:
    cases = (run(gpt()), decide(make_case(gpt("gpt", 396)), 1))
    draft, full = to_value(Portfolio("0", TODAY, cases))["workloads"]

    assert draft["stated_lengths"] == {
        "input": 1850.0,
        "shared_input": 1200.0,
        "output": 310.0,
        "measured_by": "the vendor's usage export of 2026-10",
    }
    assert "stated_lengths" not in full
