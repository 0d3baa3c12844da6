"""Hard constraints: each excludes with its reason, and none can be bought back by a price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.decisions.decide import decide
from equipoise.domain.decision import Decision, PlanKind
from equipoise.domain.endpoint import Operator, Term
from equipoise.domain.workload import DataClass, LicenceUse

from .cases import (
    DAY_MS,
    TODAY,
    Ask,
    Entrant,
    claude,
    endpoint,
    entrant,
    gpt,
    hosted,
    kinds,
    large,
    make_case,
    reasons,
    row_of,
    small,
    term,
)

AGREEMENTS = ("no_training", "zero_retention", "restricted_data_agreement")
YESTERDAY = TODAY - timedelta(days=1)


def run(*entrants: Entrant, ask: Ask | None = None) -> Decision:
    return decide(make_case(*entrants, ask=ask), seed=1)


def reason(decision: Decision, candidate: str) -> str:
    (only,) = [row.reason for row in decision.excluded if row.candidate == candidate]
    return only


def test_restricted_data_excludes_a_vendor_and_names_the_terms_that_are_missing() -> None:
    decision = run(small("ours", 396), gpt("gpt", 396), ask=Ask(data_class=DataClass.RESTRICTED))

    assert reasons(decision) == {("gpt", "data_class")}
    assert reason(decision, "gpt") == (
        "restricted data may not go to OpenAI without zero_retention, restricted_data_agreement"
    )
    assert decision.plan.kind is PlanKind.OPEN_SELF


def test_a_term_that_has_lapsed_excludes_and_says_since_when() -> None:
    terms = [term(kind, YESTERDAY if kind == "zero_retention" else TODAY) for kind in AGREEMENTS]
    place = endpoint("openai", *terms)
    decision = run(
        entrant("gpt", "gpt-4.1-mini", place, 396), ask=Ask(data_class=DataClass.RESTRICTED)
    )

    assert reasons(decision) == {("gpt", "data_class")}
    assert "zero_retention (lapsed on 2026-11-23)" in reason(decision, "gpt")


def test_terms_on_file_let_a_vendor_in_through_their_last_day() -> None:
    place = endpoint("openai", *(term(kind, TODAY) for kind in AGREEMENTS))
    trusted = entrant("gpt", "gpt-4.1-mini", place, 396)
    decision = run(trusted, ask=Ask(data_class=DataClass.RESTRICTED))
    day_after = run(
        trusted, ask=Ask(data_class=DataClass.RESTRICTED, now=TODAY + timedelta(days=1))
    )

    assert decision.excluded == ()
    assert decision.plan.kind is PlanKind.AS_IS
    assert decision.valid_until == TODAY
    assert reasons(day_after) == {("gpt", "data_class")}


@settings(max_examples=40)
@given(
    tokens=st.tuples(st.floats(1, 20_000), st.just(0.0), st.floats(1, 1_000)),
    accepted=st.tuples(*[st.integers(0, 400)] * 4),
    requests=st.integers(1, 10**7),
    seconds=st.floats(0.02, 3.0),
    own_fte=st.floats(0, 3),
    rejected=st.sampled_from([0.0, 0.4]),
    lapsed=st.sampled_from([None, *AGREEMENTS]),
)
def test_restricted_data_goes_to_no_vendor_whatever_the_prices(
    tokens: tuple[float, float, float],
    accepted: tuple[int, int, int, int],
    requests: int,
    seconds: float,
    own_fte: float,
    rejected: float,
    lapsed: str | None,
) -> None:
    held = [term(kind) for kind in AGREEMENTS if kind != lapsed]
    terms = [*held, term(lapsed, YESTERDAY)] if lapsed is not None else []
    # Without the catalog's own terms, so that what is lapsed is lapsed.
    place = replace(endpoint("openai"), terms=tuple(terms))
    decision = run(
        small("small", accepted[0], seconds=seconds),
        large("large", accepted[1], seconds=seconds),
        hosted("hosted", accepted[2], tokens=tokens),
        entrant("gpt", "gpt-4.1-mini", place, accepted[3], tokens=tokens),
        claude(assumed=(0.9, 1.0), tokens=tokens),
        ask=Ask(
            data_class=DataClass.RESTRICTED,
            incumbent="gpt",
            requests=requests,
            own_fte=own_fte,
            rejected_usd=rejected,
            floor=0.6,
            vendor_fte=0.0,
        ),
    )
    named = [share for plan in (decision.plan, *decision.plans) for share in plan.shares]

    assert all(share.operator is Operator.SELF for share in named)
    assert kinds(decision)[PlanKind.HYBRID].unavailable
    assert {name for name, constraint in reasons(decision) if constraint == "data_class"} == {
        "hosted",
        "gpt",
        "claude",
    }
    assert decision.next_measurement is None or not any(
        name in decision.next_measurement.what for name in ("hosted", "gpt", "claude")
    )


def test_an_unread_licence_excludes() -> None:
    ours = small("ours", 396)
    unread = replace(
        ours, id="tuned", model=replace(ours.model, licence="LicenseRef-acme", base_model=None)
    )
    decision = run(ours, unread)

    assert reasons(decision) == {("tuned", "licence")}
    assert reason(decision, "tuned").startswith("unknown: ")
    assert {row.status for row in decision.licences if row.candidate == "tuned"} == {"unknown"}
    assert {row.source for row in decision.licences if row.candidate == "tuned"} == {"no text read"}


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (Ask(users=None), "unknown"),
        (Ask(users=700_000_001), "needs licence"),
        (Ask(uses=frozenset({LicenceUse.HOSTED_API})), None),
    ],
)
def test_a_licence_excludes_unless_the_organisation_is_known_to_be_within_it(
    ask: Ask, status: str | None
) -> None:
    decision = run(large("llama", 396), ask=ask)

    if status is None:
        assert decision.excluded == ()
    else:
        assert reasons(decision) == {("llama", "licence")}
        assert reason(decision, "llama").startswith(f"{status}: ")


def test_a_use_that_is_not_granted_excludes() -> None:
    decision = run(gpt("gpt", 396), ask=Ask(uses=frozenset({LicenceUse.HOSTED_API})))

    assert reasons(decision) == {("gpt", "licence")}
    assert reason(decision, "gpt").startswith("forbidden: ")


def test_a_capability_that_a_model_is_not_known_to_have_excludes() -> None:
    decision = run(
        small("ours", 396), gpt("gpt", 396), ask=Ask(capabilities=frozenset({"images", "chat"}))
    )

    assert reasons(decision) == {("ours", "capability")}
    assert reason(decision, "ours") == "SmolLM2 135M Instruct is not known to do images"


def test_a_quality_that_misses_the_floor_excludes_and_says_by_how_much() -> None:
    decision = run(small("ours", 300), gpt("gpt", 396), ask=Ask(alpha=0.1, floor=0.875))

    assert reasons(decision) == {("ours", "quality")}
    assert reason(decision, "ours") == (
        "accepted 300 of 400 (75%, at most 77.7% with 90% confidence), the floor is 87.5%"
    )


def test_a_measured_latency_above_the_bound_excludes_even_by_a_millisecond() -> None:
    slow = run(gpt("gpt", 396, p95=3.001), hosted("other", 396, p95=3.0))

    assert reasons(slow) == {("gpt", "latency")}
    assert reason(slow, "gpt") == "95 % of answers took up to 3.001 s, 3 s are allowed"


def test_an_estimated_latency_above_the_bound_excludes() -> None:
    # A token of eight billion parameters in 16 bits takes an L4 more than 50 ms.
    ours = large("ours", hardware="l4", assumed=(0.9, 1.0), tokens=(800.0, 0.0, 80.0))
    decision = run(ours, gpt("gpt", 396))

    assert reasons(decision) == {("ours", "latency")}
    assert reason(decision, "ours").startswith("estimated at ")


def test_weights_that_do_not_fit_have_no_price_and_are_excluded_measured_or_not() -> None:
    tight = run(
        large("guessed", hardware="cpu-2vcpu", assumed=(0.9, 1.0)),
        large("asked", 396, hardware="cpu-2vcpu"),
    )

    assert reasons(tight) == {("guessed", "price"), ("asked", "price")}
    assert "does not fit on 2 virtual CPUs" in reason(tight, "asked")
    assert row_of(tight, "asked").monthly_usd is None


def test_weights_of_unknown_shape_have_no_price() -> None:
    ours = small("ours", assumed=(0.9, 1.0))
    shapeless = replace(ours, model=replace(ours.model, architecture=None))
    decision = run(shapeless)

    assert reasons(decision) == {("ours", "price")}
    assert "no architecture" in reason(decision, "ours")
    assert run(replace(shapeless, accepted=396)).excluded == ()  # a measured speed needs none


def test_a_target_without_a_price_is_excluded_since_no_cost_is_not_zero() -> None:
    place = replace(endpoint("groq"), price_provider=None)
    decision = run(entrant("llama", "llama-3.1-8b-instruct", place, 400), gpt("gpt", 396))

    assert reasons(decision) == {("llama", "price")}
    assert "names no price_provider" in reason(decision, "llama")
    assert decision.plan.kind is PlanKind.AS_IS


def test_a_cost_above_the_budget_excludes() -> None:
    decision = run(small("ours", 396), gpt("gpt", 396), ask=Ask(budget=700.0))

    assert reasons(decision) == {("ours", "budget")}
    assert reason(decision, "ours") == "at least $1,062.05 a month, the budget is $700.00"
    assert decision.plan.kind is PlanKind.AS_IS


def test_a_split_that_pays_the_people_of_both_sides_may_not_slip_past_the_budget() -> None:
    # Alone, each fits; together, they do not.
    ask = Ask(budget=1_100.0, rejected_usd=0.0)
    decision = run(small("ours", 396), gpt("gpt", 396), ask=ask)

    assert decision.excluded == ()
    assert kinds(decision)[PlanKind.HYBRID].unavailable == "every split costs more than the budget"


def test_a_split_that_fits_the_budget_is_not_lost_where_neither_side_fits_alone() -> None:
    ask = Ask(budget=12_000.0, requests=30_000_000, peak=10.0, own_fte=0.0, vendor_fte=0.0)
    both = run(
        small("ours", 396, seconds=1.0),
        gpt("gpt", 396, tokens=(900.0, 0.0, 40.0)),
        ask=replace(ask, budget=None),
    )
    alone = [row_of(both, name).monthly_usd or 0.0 for name in ("ours", "gpt")]
    split = kinds(both)[PlanKind.HYBRID].monthly_usd or 0.0
    assert split < min(alone)
    tight = replace(ask, budget=(split + min(alone)) / 2)
    decision = run(
        small("ours", 396, seconds=1.0), gpt("gpt", 396, tokens=(900.0, 0.0, 40.0)), ask=tight
    )

    assert decision.excluded == ()
    assert decision.plan.kind is PlanKind.HYBRID
    assert kinds(decision)[PlanKind.OPEN_SELF].unavailable == "costs more than the budget"


def test_a_discount_that_fits_the_budget_keeps_its_candidate() -> None:
    ask = Ask(latency_ms=DAY_MS, requests=10_000_000, vendor_fte=0.0, budget=2_500.0)
    decision = run(gpt("gpt", 396), ask=ask)

    assert decision.excluded == ()
    assert kinds(decision)[PlanKind.AS_IS].unavailable == "costs more than the budget"
    assert decision.plan.kind is PlanKind.OPTIMISED


def test_an_excluded_candidate_carries_all_its_reasons_and_its_costs() -> None:
    decision = run(
        gpt("gpt", 300, p95=9.0),
        small("ours", 396),
        ask=Ask(data_class=DataClass.RESTRICTED, uses=frozenset({LicenceUse.HOSTED_API})),
    )

    assert {constraint for name, constraint in reasons(decision) if name == "gpt"} == {
        "data_class",
        "licence",
        "quality",
        "latency",
    }
    assert row_of(decision, "gpt").excluded
    assert row_of(decision, "gpt").monthly_usd is not None
    assert all(row.target == "openai/gpt-4.1-mini" for row in decision.excluded)


def test_terms_are_asked_of_the_day_of_the_decision() -> None:
    # A year after they were read, the catalog's own terms have lapsed.
    late = Ask(now=date(2027, 12, 1))

    assert reasons(run(gpt("gpt", 396), small("ours", 396), ask=late)) == {("gpt", "data_class")}


def test_two_terms_of_a_kind_count_as_the_later_one() -> None:
    old = Term("no_training", "as it was", endpoint("openai").source, YESTERDAY)
    decision = run(entrant("gpt", "gpt-4.1-mini", endpoint("openai", old), 396))

    assert decision.excluded == ()


def test_of_two_terms_that_have_lapsed_the_later_day_is_named() -> None:
    lapsed = [term("no_training", TODAY - timedelta(days=days)) for days in (300, 20)]
    place = replace(endpoint("openai"), terms=tuple(lapsed))
    decision = run(entrant("gpt", "gpt-4.1-mini", place, 396))

    assert reason(decision, "gpt").endswith("without no_training (lapsed on 2026-11-04)")
