"""Licences: what each says of a use, and that nothing unknown passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import licences, models
from equipoise.catalog.licence_screen import evaluate, screen
from equipoise.domain.licence import Clause, ClauseEffect, Headroom, Licence, LicenceStatus
from equipoise.domain.model import Model, Weights
from equipoise.domain.provenance import Source
from equipoise.domain.workload import LicenceUse, Organisation

SOURCE = Source("a licence", "https://example.org", date(2026, 11, 1))
LLAMA = "LicenseRef-scancode-llama-3.1-license-2024"
INTERNAL = frozenset({LicenceUse.INTERNAL})
PRODUCT = frozenset({LicenceUse.PRODUCT})
NOBODY, SMALL = Organisation(), Organisation(monthly_active_users=1_000_000)
LIMIT, ABOVE = (Organisation(monthly_active_users=700_000_000 + more) for more in (0, 1))
PASSES = {LicenceStatus.ALLOWED, LicenceStatus.OBLIGATIONS}

USES = st.frozensets(st.sampled_from(LicenceUse), min_size=1)
ORGANISATIONS = st.builds(
    Organisation,
    monthly_active_users=st.none() | st.integers(0, 10**10),
    annual_revenue_usd=st.none() | st.floats(0, 1e12),
    domicile=st.none() | st.sampled_from(["DE", "FR", "US"]),
)
MODELS = st.sampled_from(models.models())


def derivative(licence: str, base: str | None, name: str = "ours") -> Model:
    return Model(
        id=name,
        name=name.title(),
        developer="Acme",
        weights=Weights.OPEN,
        licence=licence,
        capabilities=frozenset(),
        source=SOURCE,
        base_model=base,
    )


def one_clause(clause: Clause) -> Licence:
    return Licence("LicenseRef-acme", "Acme Licence", False, INTERNAL, (clause,), SOURCE)


@pytest.mark.parametrize(
    ("model", "use", "organisation", "status"),
    [
        ("smollm2-135m-instruct", "internal", NOBODY, "allowed"),
        ("smollm2-135m-instruct", "hosted_api", NOBODY, "allowed"),
        ("smollm2-135m-instruct", "fine_tune", NOBODY, "allowed_with_obligations"),
        ("ministral-3-8b-instruct", "product", NOBODY, "allowed"),
        ("llama-3.1-8b-instruct", "internal", NOBODY, "unknown"),
        ("llama-3.1-8b-instruct", "internal", SMALL, "allowed_with_obligations"),
        ("llama-3.1-8b-instruct", "internal", LIMIT, "allowed_with_obligations"),
        ("llama-3.1-8b-instruct", "internal", ABOVE, "needs_licence"),
        ("llama-3.3-70b-instruct", "distil", SMALL, "allowed_with_obligations"),
        ("llama-3.3-70b-instruct", "distil", ABOVE, "needs_licence"),
        ("gpt-4.1-mini", "internal", NOBODY, "allowed"),
        ("gpt-4.1-mini", "product", NOBODY, "allowed"),
        ("gpt-5-mini", "hosted_api", NOBODY, "forbidden"),
        ("gpt-5-mini", "distil", NOBODY, "forbidden"),
        ("claude-haiku-4-5", "internal", NOBODY, "allowed"),
        ("claude-haiku-4-5", "distil", SMALL, "forbidden"),
    ],
)
def test_the_licences_on_file_say_this_of_these_uses(
    model: str, use: str, organisation: Organisation, status: str
) -> None:
    verdict = screen(models.find(model), frozenset({LicenceUse(use)}), organisation)

    assert verdict.status == status
    assert verdict.source is not None
    assert bool(verdict.reasons) is (verdict.status not in PASSES)


def test_obligations_come_with_the_section_they_stand_in() -> None:
    verdict = screen(models.find("llama-3.1-8b-instruct"), PRODUCT, SMALL)

    assert [text.split(" (Llama")[0][:20] for text in verdict.obligations] == [
        'show "Built with Lla',
        "keep to Meta's accep",
    ]
    assert all("(Llama 3.1 Community License, section 1.b" in text for text in verdict.obligations)


def test_an_internal_use_has_none_of_the_obligations_of_a_product() -> None:
    (only,) = screen(models.find("llama-3.1-8b-instruct"), INTERNAL, SMALL).obligations

    assert "acceptable use policy" in only


def test_a_threshold_above_us_is_headroom_and_one_below_us_is_none() -> None:
    llama = models.find("llama-3.1-8b-instruct")
    (room,) = screen(llama, INTERNAL, SMALL).headroom

    assert (room.metric, room.threshold, room.current) == ("monthly_active_users", 7e8, 1e6)
    assert [row.current for row in screen(llama, INTERNAL, LIMIT).headroom] == [7e8]
    assert screen(llama, INTERNAL, ABOVE).headroom == ()
    assert screen(llama, INTERNAL, NOBODY).headroom == ()


def test_a_missing_fact_is_named_where_it_makes_a_clause_unknown() -> None:
    (reason,) = screen(models.find("llama-3.1-8b-instruct"), INTERNAL, NOBODY).reasons

    assert reason.startswith("organisation.monthly_active_users is not stated, and above 700")


def test_a_licence_nobody_has_read_is_unknown_whatever_the_use() -> None:
    verdict = screen(derivative("LicenseRef-unread", None), INTERNAL, SMALL)

    assert verdict.status is LicenceStatus.UNKNOWN
    assert verdict.licence == "LicenseRef-unread"
    assert verdict.source is None
    assert "nobody has cleared Ours" in verdict.reasons[0]


def test_a_derivative_carries_the_stricter_licence_of_what_it_was_made_from() -> None:
    ours = derivative("MIT", "llama-3.1-8b-instruct")

    assert screen(ours, INTERNAL, ABOVE).status is LicenceStatus.NEEDS_LICENCE
    assert screen(ours, INTERNAL, ABOVE).licence == LLAMA
    assert screen(ours, INTERNAL, NOBODY).status is LicenceStatus.UNKNOWN


def test_a_derivative_carries_the_obligations_and_headroom_of_the_whole_lineage() -> None:
    tuned = frozenset({LicenceUse.FINE_TUNE})
    verdict = screen(derivative("MIT", "llama-3.1-8b-instruct"), tuned, SMALL)

    assert verdict.licence == "MIT"
    assert [text.split(" (")[1].split(" ")[0] for text in verdict.obligations] == [
        "MIT",
        "Llama",
        "Llama",
    ]
    assert [room.threshold for room in verdict.headroom] == [7e8]


def test_a_licence_that_a_whole_lineage_shares_is_said_once() -> None:
    tuned = frozenset({LicenceUse.FINE_TUNE})

    assert len(screen(models.find("smollm2-135m-instruct"), tuned, NOBODY).obligations) == 1


def test_a_derivative_of_something_the_catalog_does_not_know_is_unknown() -> None:
    verdict = screen(derivative("MIT", "llama-2-7b"), INTERNAL, SMALL)

    assert verdict.status is LicenceStatus.UNKNOWN
    assert "Ours is made from another model" in verdict.reasons[0]
    assert "'llama-2-7b'" in verdict.reasons[0]


@pytest.mark.parametrize("name", ["ours", "smollm2-135m"])
def test_a_lineage_that_bites_its_tail_ends(name: str) -> None:
    base = "smollm2-135m-instruct" if name == "smollm2-135m" else name

    verdict = screen(derivative("MIT", base, name), INTERNAL, NOBODY)

    assert verdict.status is LicenceStatus.ALLOWED


FORBIDDEN_ABROAD = Clause(
    ClauseEffect.FORBIDDEN, "not there", "section 9", domiciles=frozenset({"DE", "FR"})
)
RICH_ABROAD = replace(FORBIDDEN_ABROAD, metric="annual_revenue_usd", above=1e7)


@pytest.mark.parametrize(
    ("clause", "organisation", "status", "missing"),
    [
        (FORBIDDEN_ABROAD, Organisation(domicile="DE"), "forbidden", ""),
        (FORBIDDEN_ABROAD, Organisation(domicile="US"), "allowed", ""),
        (FORBIDDEN_ABROAD, NOBODY, "unknown", "organisation.domicile"),
        (RICH_ABROAD, Organisation(annual_revenue_usd=2e7, domicile="FR"), "forbidden", ""),
        (RICH_ABROAD, Organisation(annual_revenue_usd=1e7), "allowed", ""),
        (RICH_ABROAD, Organisation(domicile="US"), "allowed", ""),
        (RICH_ABROAD, Organisation(annual_revenue_usd=2e7), "unknown", "organisation.domicile"),
        (
            RICH_ABROAD,
            Organisation(domicile="FR"),
            "unknown",
            "organisation.annual_revenue_usd",
        ),
        (
            RICH_ABROAD,
            NOBODY,
            "unknown",
            "organisation.annual_revenue_usd and organisation.domicile",
        ),
    ],
)
def test_a_clause_applies_where_all_its_facts_do_and_names_those_it_misses(
    clause: Clause, organisation: Organisation, status: str, missing: str
) -> None:
    verdict = evaluate(one_clause(clause), INTERNAL, organisation)

    assert verdict.status == status
    if missing:
        assert verdict.reasons == (
            f"{missing} is not stated, and not there (Acme Licence, section 9)",
        )


def test_a_threshold_that_holds_elsewhere_only_is_no_headroom() -> None:
    licence = one_clause(RICH_ABROAD)
    room = Headroom("annual_revenue_usd", 1e7, 5e6, "not there")

    assert evaluate(licence, INTERNAL, Organisation(None, 5e6, "DE")).headroom == (room,)
    assert evaluate(licence, INTERNAL, Organisation(None, 5e6, None)).headroom == (room,)
    assert evaluate(licence, INTERNAL, Organisation(None, 5e6, "US")).headroom == ()


def test_a_threshold_for_another_use_is_no_headroom() -> None:
    licence = one_clause(replace(RICH_ABROAD, uses=PRODUCT))

    assert evaluate(licence, INTERNAL, Organisation(None, 5e6, "DE")).headroom == ()


def test_a_use_the_licence_does_not_grant_is_forbidden_by_name() -> None:
    verdict = evaluate(
        licences.find("LicenseRef-openai-services-agreement"), PRODUCT | INTERNAL, NOBODY
    )
    refused = screen(models.find("gpt-5-mini"), frozenset({LicenceUse.FINE_TUNE}), NOBODY)

    assert verdict.status is LicenceStatus.ALLOWED
    assert refused.reasons == ("OpenAI Services Agreement does not grant the use 'fine_tune'",)


@given(MODELS, USES, ORGANISATIONS)
def test_what_passes_without_facts_passes_with_any(
    model: Model, uses: frozenset[LicenceUse], organisation: Organisation
) -> None:
    if screen(model, uses, NOBODY).status in PASSES:
        assert screen(model, uses, organisation).status in PASSES


@given(MODELS, USES, USES, ORGANISATIONS)
def test_several_uses_are_judged_by_the_strictest_of_them(
    model: Model,
    uses: frozenset[LicenceUse],
    more: frozenset[LicenceUse],
    organisation: Organisation,
) -> None:
    order = list(LicenceStatus)
    alone = [order.index(screen(model, part, organisation).status) for part in (uses, more)]
    together = order.index(screen(model, uses | more, organisation).status)

    assert together == max(alone)
