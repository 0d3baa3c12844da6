"""What holds of every decision, whatever the case."""

from __future__ import annotations

from datetime import date, timedelta
from math import fsum

import pytest

from equipoise.decisions.amounts import dollars
from equipoise.decisions.case import Case
from equipoise.domain.decision import Decision, PlanKind
from equipoise.domain.endpoint import Operator
from equipoise.domain.evidence import Standing
from equipoise.domain.terms import missing_terms

from .cases import kinds, row_of

Gallery = list[tuple[Case, Decision]]


def test_the_gallery_holds_decisions_of_every_sort(gallery: Gallery) -> None:
    chosen = {decision.plan.kind for _, decision in gallery}
    priced = {plan.kind for _, row in gallery for plan in row.plans if plan.monthly_usd}
    failed = {row.constraint for _, decision in gallery for row in decision.excluded}

    assert chosen >= {*PlanKind} - {PlanKind.HYBRID}
    assert priced == {*PlanKind}
    assert failed == {"data_class", "quality", "latency", "budget"}
    assert any(case.workload.requirements.non_inferiority for case, _ in gallery)


def test_all_six_plans_are_there_in_order_with_a_price_or_a_reason(gallery: Gallery) -> None:
    for _, decision in gallery:
        assert [plan.kind for plan in decision.plans] == list(PlanKind)
        for plan in decision.plans:
            assert plan.monthly_usd is None or not plan.unavailable
            assert plan.monthly_usd is not None or plan.unavailable or plan.note


def test_what_is_chosen_was_proven_and_is_as_sure_as_was_asked(gallery: Gallery) -> None:
    for case, decision in gallery:
        if decision.plan.kind is PlanKind.UNDECIDED:
            continue
        rows = [row_of(decision, share.candidate) for share in decision.plan.shares]

        assert decision.plan == kinds(decision)[decision.plan.kind]
        assert decision.plan.proven
        assert decision.confidence == decision.plan.chance_best
        assert decision.confidence >= case.workload.trial.confidence
        assert rows
        assert all(row.standing == Standing.MET and not row.excluded for row in rows)
        assert decision.next_measurement is None


def test_an_undecided_one_is_as_sure_as_the_best_plan_so_far_and_no_proven_one_is_sure(
    gallery: Gallery,
) -> None:
    for case, decision in gallery:
        if decision.plan.kind is not PlanKind.UNDECIDED:
            continue

        assert decision.plan == decision.plans[-1]
        assert not decision.plan.proven
        assert decision.plan.chance_best is None
        for plan in decision.plans[:-1]:
            assert (plan.chance_best or 0.0) <= decision.confidence
            assert not plan.proven or (plan.chance_best or 0) < case.workload.trial.confidence


def test_shares_add_up_and_name_candidates_that_no_constraint_excludes(gallery: Gallery) -> None:
    for _, decision in gallery:
        barred = {row.candidate for row in decision.excluded}
        for plan in decision.plans:
            assert not plan.shares or fsum(s.share for s in plan.shares) == pytest.approx(1.0)
            for share in plan.shares:
                row = row_of(decision, share.candidate)

                assert share.candidate not in barred
                assert 0.0 <= share.share <= 1.0
                assert share.target == row.target
                assert share.operator is row.operator


def test_no_plan_names_a_vendor_that_lacks_a_term_which_the_data_needs(gallery: Gallery) -> None:
    for case, decision in gallery:
        for plan in decision.plans:
            for share in plan.shares:
                place = case.targets[share.candidate].endpoint

                assert missing_terms(place, case.workload.data_class, case.now) == ()


def test_chances_are_chances_and_add_up_to_no_more_than_one(gallery: Gallery) -> None:
    for _, decision in gallery:
        chances = [plan.chance_best for plan in decision.plans if plan.chance_best is not None]

        assert all(0.0 <= chance <= 1.0 for chance in chances)
        assert fsum(chances) <= 1.0 + 1e-9


def test_lines_add_up_to_the_month_and_with_rework_to_the_accepted_answers(
    gallery: Gallery,
) -> None:
    for case, decision in gallery:
        for row in decision.candidates:
            running = fsum(line.usd for line in row.costs if line.kind != "rework")
            whole = fsum(line.usd for line in row.costs)

            assert row.monthly_usd == pytest.approx(running)
            assert {line.kind for line in row.costs} >= ({"rework"} if row.rate else set())
            if row.per_accepted_usd is not None:
                accepted = case.requests * (row.rate or 0.0)
                assert row.per_accepted_usd * accepted == pytest.approx(whole)


def test_a_plan_of_one_target_states_the_costs_of_its_candidate(gallery: Gallery) -> None:
    for _, decision in gallery:
        for plan in decision.plans:
            discounted = "cache" in plan.note or "batches" in plan.note
            if len(plan.shares) == 1 and not discounted:
                row = row_of(decision, plan.shares[0].candidate)

                assert plan.monthly_usd == row.monthly_usd
                assert plan.per_accepted_usd == row.per_accepted_usd


def test_every_range_holds_its_figure(gallery: Gallery) -> None:
    for _, decision in gallery:
        for plan in decision.plans:
            for value, low, high in (
                (plan.monthly_usd, plan.monthly_low, plan.monthly_high),
                (plan.per_accepted_usd, plan.per_accepted_low, plan.per_accepted_high),
            ):
                if value is not None and low is not None and high is not None:
                    assert low <= value * (1 + 1e-12)
                    assert value <= high * (1 + 1e-12)


def test_nothing_above_the_budget_is_offered(gallery: Gallery) -> None:
    for case, decision in gallery:
        budget = case.workload.requirements.budget_usd_per_month
        for plan in decision.plans[:-1]:
            assert budget is None or (plan.monthly_usd or 0.0) <= budget


def test_a_decision_holds_for_a_quarter_at_most(gallery: Gallery) -> None:
    for case, decision in gallery:
        lapses = [
            term.expires
            for share in decision.plan.shares
            for term in case.targets[share.candidate].endpoint.terms
        ]

        assert case.now <= decision.valid_until <= case.now + timedelta(days=90)
        if decision.plan.kind is not PlanKind.UNDECIDED:
            assert decision.valid_until <= min(lapses, default=date.max)


def test_undecided_costs_what_is_paid_today(gallery: Gallery) -> None:
    for case, decision in gallery:
        incumbent = case.workload.incumbent
        if decision.plan.kind is not PlanKind.UNDECIDED:
            continue
        if incumbent is None:
            assert decision.plan.monthly_usd is None
            assert decision.plan.note == "nothing is in use today"
        else:
            assert decision.plan.monthly_usd == row_of(decision, incumbent).monthly_usd
            assert {share.candidate for share in decision.plan.shares} <= {incumbent}


def test_every_step_costs_something_little_and_asks_nobody_who_is_excluded(
    gallery: Gallery,
) -> None:
    for case, decision in gallery:
        step = decision.next_measurement
        if step is None:
            continue
        barred = {row.candidate for row in decision.excluded}

        assert 0 < step.cost_usd < 200
        assert step.hours > 0
        assert step.commands[-1].startswith("equipoise decide ")
        assert step.commands[-1].endswith(case.file)
        assert not barred & set(step.what.replace(",", " ").split())


def test_the_answer_names_the_plan_its_targets_the_money_and_the_confidence(
    gallery: Gallery,
) -> None:
    for case, decision in gallery:
        plan = decision.plan
        if plan.kind is PlanKind.UNDECIDED:
            assert decision.answer.startswith("Undecided: ")
            step = decision.next_measurement
            assert (step.what if step else "name another one") in decision.answer or (
                "set a quality floor instead" in decision.answer
            )
            continue

        assert all(share.target in decision.answer for share in plan.shares)
        assert f"about {dollars(plan.monthly_usd or 0)} a month" in decision.answer
        assert f"{decision.confidence:.0%}" in decision.answer
        assert f"{case.workload.trial.confidence:.0%} were asked for" in decision.answer


def test_everything_that_nobody_measured_is_among_the_assumptions(gallery: Gallery) -> None:
    for case, decision in gallery:
        subjects = {row.subject for row in decision.assumptions}

        assert {"volume", "people to run against a vendor"} <= subjects
        assert {"putting right one answer that is not accepted"} <= subjects
        for row in decision.candidates:
            assert (f"accept rate of {row.candidate}" in subjects) is (row.items == 0)
            if row.operator is Operator.VENDOR:
                assert f"price of {row.target}" in subjects
        assert len(decision.assumptions) == len(set(decision.assumptions))
        assert case.workload.costs.self_hosting_fte or any(
            row.why.startswith("stated as nothing") for row in decision.assumptions
        )
