"""The record and the page of a draft: what is not known reads as not known, and not as nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from equipoise.console import markdown, report, view
from equipoise.domain.decision import Decision, PlanKind, Portfolio, PricedPlan
from equipoise.domain.evidence import Lengths

COUNTED = Lengths(1_850.0, 1_200.0, 310.0, measured_by="the vendor's usage export of 2026-10")
SAID = (
    "Nothing was measured: the workload is a draft without items. Its requests are taken to hold "
    "1,850 tokens, 1,200 of them the same in every request, and their answers 310, as counted by "
    "the vendor's usage export of 2026-10."
)


@pytest.fixture(scope="module")
def draft(undecided: Decision) -> Decision:
    """The open decision as it is where nobody has measured or assumed anything."""
    return replace(
        undecided,
        confidence=0.0,
        plans=tuple(map(_unknown, undecided.plans)),
        candidates=tuple(
            replace(
                row,
                standing="unmeasured",
                rate=None,
                rate_low=None,
                rate_high=None,
                items=0,
                costs=tuple(line for line in row.costs if line.kind != "rework"),
                per_accepted_usd=None,
                p95_seconds=None,
                note="unmeasured: there are no items yet",
            )
            for row in undecided.candidates
        ),
        stated_lengths=COUNTED,
    )


def _unknown(plan: PricedPlan) -> PricedPlan:
    if plan.unavailable:
        return plan
    return replace(
        plan, per_accepted_usd=None, per_accepted_low=None, per_accepted_high=None, chance_best=0.0
    )


def texts(decision: Decision) -> tuple[str, str]:
    """What the record and the page say, without markup and double spaces."""
    portfolio = Portfolio("p", decision.decided_on, (decision, replace(decision, workload="b")))
    page = re.sub(r"<style>.*?</style>|<[^>]+>", " ", report.render(portfolio), flags=re.DOTALL)
    return tidy(markdown.render(portfolio)), tidy(unescape(page))


def tidy(text: str) -> str:
    return " ".join(text.split())


def test_both_say_that_nothing_was_measured_and_whose_count_the_lengths_are(
    draft: Decision,
) -> None:
    for text in texts(draft):
        assert SAID in text
        assert "from the stated lengths and the assumptions below" in text


def test_a_draft_that_repeats_no_prefix_says_nothing_of_one(draft: Decision) -> None:
    bare = replace(draft, stated_lengths=replace(COUNTED, shared_input=0.0))

    for text in texts(bare):
        assert "taken to hold 1,850 tokens and their answers 310, as counted by" in text


def test_neither_counts_to_nothing_or_is_sure_of_anything(draft: Decision) -> None:
    for text in texts(draft):
        assert "0 of 0" not in text
        assert "measured on 0" not in text
        assert "under 1 %" not in text
        assert "Confidence:" not in text
        assert "in the best plan so far" not in text
        assert "assumed accept rate" not in text


def test_the_chance_of_a_plan_of_unknown_quality_is_not_known(draft: Decision) -> None:
    rows = {row.plan.kind: row for row in view.plan_rows(draft) if row.plan is not None}

    assert rows[PlanKind.AS_IS].chance is None
    assert not rows[PlanKind.AS_IS].assumed


def test_what_was_assumed_of_a_draft_gives_it_chances(draft: Decision, undecided: Decision) -> None:
    believed = replace(
        undecided,
        candidates=tuple(replace(row, items=0) for row in undecided.candidates),
        stated_lengths=COUNTED,
    )
    rows = {row.plan.kind: row for row in view.plan_rows(believed) if row.plan is not None}

    assert (rows[PlanKind.AS_IS].chance, rows[PlanKind.AS_IS].assumed) == (0.58, True)
    for text in texts(believed):
        assert SAID in text
        assert "58 % in the best plan so far" in text


def test_a_decision_that_was_measured_says_nothing_of_drafts(undecided: Decision) -> None:
    for text in texts(undecided):
        assert "draft" not in text
        assert "from the measured answers and the assumptions below" in text
