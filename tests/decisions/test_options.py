"""The options of each plan: who belongs where, which discounts count, how a load is split."""

from __future__ import annotations

from dataclasses import replace
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.decisions.decide import decide
from equipoise.decisions.offers import make_offers
from equipoise.decisions.option import Option, kind_of, make_options, planned_for
from equipoise.domain.decision import PlanKind
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Sampler
from equipoise.economics.hybrid_path import HybridPath
from equipoise.economics.ownership.path import OwnershipPath

from .cases import (
    DAY_MS,
    Ask,
    Entrant,
    claude,
    gpt,
    hosted,
    kinds,
    large,
    make_case,
    row_of,
    small,
)

CACHED = (2_000.0, 1_500.0, 40.0)


def belongs(row: Entrant, incumbent: str | None) -> PlanKind:
    others = [other for other in (small(), hosted(), gpt()) if other.id != row.id]
    case = make_case(row, *others, ask=Ask(incumbent=incumbent))
    return kind_of(case, make_offers(case, Sampler(1))[row.id])


def options(*entrants: Entrant, ask: Ask | None = None) -> tuple[Option, ...]:
    case = make_case(*entrants, ask=ask)
    return make_options(case, make_offers(case, Sampler(1)))


@pytest.mark.parametrize(
    ("row", "incumbent", "kind"),
    [
        (small(), None, PlanKind.OPEN_SELF),
        (small(), "gpt", PlanKind.OPEN_SELF),
        (small(), "small", PlanKind.AS_IS),
        (hosted(), None, PlanKind.OPEN_HOSTED),
        (hosted(), "gpt", PlanKind.OPEN_HOSTED),
        (hosted(), "hosted", PlanKind.AS_IS),
        (gpt(), None, PlanKind.AS_IS),
        (gpt(), "gpt", PlanKind.AS_IS),
        (claude(), "gpt", PlanKind.OPTIMISED),
        (claude(), "small", PlanKind.OPTIMISED),
    ],
)
def test_what_is_in_use_is_as_is_and_otherwise_the_two_axes_decide(
    row: Entrant, incumbent: str | None, kind: PlanKind
) -> None:
    assert belongs(row, incumbent) is kind


def test_a_prefix_that_all_requests_share_is_read_from_the_cache() -> None:
    plain, cached = options(gpt("gpt", 390, tokens=CACHED))

    assert (plain.kind, cached.kind) == (PlanKind.AS_IS, PlanKind.OPTIMISED)
    assert cached.note == "prompt cache on the 1500 tokens that every request repeats"
    assert cached.path.monthly(3e5) < plain.path.monthly(3e5)


@pytest.mark.parametrize(
    ("tokens", "requests"),
    [((2_000.0, 1_023.9, 40.0), 300_000), (CACHED, 8_759)],
    ids=["too short", "too rare"],
)
def test_a_prefix_that_is_short_or_asked_for_rarely_is_not(
    tokens: tuple[float, float, float], requests: int
) -> None:
    found = options(gpt("gpt", 390, tokens=tokens), ask=Ask(requests=requests))

    assert [row.kind for row in found] == [PlanKind.AS_IS]


def test_the_shortest_prefix_at_the_rarest_is_cached() -> None:
    # One request in five minutes, and 1,024 tokens.
    found = options(gpt("gpt", 390, tokens=(2_000.0, 1_024.0, 40.0)), ask=Ask(requests=8_760))

    assert [row.kind for row in found] == [PlanKind.AS_IS, PlanKind.OPTIMISED]


@pytest.mark.parametrize(("latency_ms", "batched"), [(DAY_MS - 1, False), (DAY_MS, True)])
def test_answers_that_may_wait_a_day_go_in_batches(latency_ms: float, batched: bool) -> None:
    found = options(gpt("gpt", 390), ask=Ask(latency_ms=latency_ms))

    assert ["batches"] * batched == [row.note for row in found if row.kind is PlanKind.OPTIMISED]


def test_an_optimised_plan_that_changes_nothing_else_is_always_cheaper_than_as_is() -> None:
    case = make_case(gpt("gpt", 396, tokens=CACHED), ask=Ask(incumbent="gpt"))
    decision = decide(case, 1)

    assert decision.plan.kind is PlanKind.OPTIMISED
    assert decision.confidence == 1.0
    assert kinds(decision)[PlanKind.AS_IS].chance_best == 0.0
    assert any(row.subject == "prompt cache of gpt" for row in decision.assumptions)


@settings(max_examples=40)
@given(
    requests=st.integers(1, 10**9),
    peak=st.floats(1.0, 30.0),
    seconds=st.floats(0.05, 2.0),
    price=st.floats(1.0, 5_000.0),
)
def test_a_load_is_split_as_trying_every_number_of_machines_would(
    requests: int, peak: float, seconds: float, price: float
) -> None:
    ask = Ask(requests=min(requests, int(3e8 / seconds / peak) + 1), peak=peak)
    ours, theirs = small("ours", 390, seconds=seconds), gpt("gpt", 390, tokens=(price, 0.0, 9.0))
    (split,) = [row for row in options(ours, theirs, ask=ask) if row.kind is PlanKind.HYBRID]
    assert isinstance(split.path, HybridPath)
    best, most = split.path, split.path.machines + 200
    tried = (HybridPath(best.own, best.vendor, count) for count in range(1, most))

    assert best.monthly(ask.requests) == pytest.approx(
        min(path.monthly(ask.requests) for path in tried)
    )
    assert fsum(share.share for share in split.shares) == pytest.approx(1.0)


def test_where_one_machine_carries_everything_a_split_adds_people_and_no_more() -> None:
    decision = decide(make_case(small("ours", 396), gpt("gpt", 396), ask=Ask(requests=1_000)), 1)
    split = kinds(decision)[PlanKind.HYBRID]
    ours, theirs = split.shares

    assert (ours.candidate, theirs.candidate) == ("ours", "gpt")
    assert [ours.share, theirs.share] == pytest.approx([0.995, 0.005])
    assert split.note == "1 × 2 virtual CPUs, 4 GB (AWS c5.large) for the base, the vendor above it"
    assert split.monthly_usd == pytest.approx(
        (row_of(decision, "ours").monthly_usd or 0) + 500.0, abs=0.01
    )


def test_at_another_volume_a_split_is_made_anew_and_the_rest_stays() -> None:
    case = make_case(small("ours", 396), gpt("gpt", 360))
    single, _, split = make_options(case, make_offers(case, Sampler(1)))
    more = planned_for(case, split, case.requests * 1_000)

    assert planned_for(case, single, 1.0) is single
    assert planned_for(case, split, case.requests) is split
    assert isinstance(split.path, HybridPath)
    assert isinstance(more.path, HybridPath)
    assert more.path.machines > split.path.machines
    assert more.accept_rate != split.accept_rate


def test_every_pair_of_ours_and_a_vendors_is_a_split() -> None:
    found = options(small("a", 396), large("b", 396), gpt("c", 396), hosted("d", 396))

    assert {row.names for row in found if row.kind is PlanKind.HYBRID} == {
        "a and c",
        "a and d",
        "b and c",
        "b and d",
    }


def test_an_option_knows_the_machine_that_it_rents() -> None:
    ours, theirs, split = options(small("ours", 396), gpt("gpt", 396))

    assert isinstance(ours.path, OwnershipPath)
    assert isinstance(theirs.path, ApiPath)
    assert ours.machine is split.machine is ours.path.machine
    assert theirs.machine is None


def test_open_weights_at_a_vendor_have_its_discounts_too() -> None:
    row = hosted("hosted", 396, tokens=CACHED)
    case = make_case(row)
    (offer,) = make_offers(case, Sampler(1)).values()
    assert isinstance(offer.path, ApiPath)
    card = replace(offer.path.card, cached=offer.path.card.input // 2)
    model = replace(offer.target.model, cache_minimum_tokens=1024)
    target = replace(offer.target, model=model)
    cheaper = replace(offer, path=replace(offer.path, card=card), target=target)
    plain, cached = make_options(case, {row.id: cheaper})

    assert plain.kind is cached.kind is PlanKind.OPEN_HOSTED
    assert "prompt cache" in cached.note


def test_no_saving_is_counted_where_nobody_has_read_how_long_a_prefix_must_be() -> None:
    row = hosted("hosted", 396, tokens=CACHED)
    case = make_case(row)
    (offer,) = make_offers(case, Sampler(1)).values()
    assert isinstance(offer.path, ApiPath)
    card = replace(offer.path.card, cached=offer.path.card.input // 2)

    assert offer.target.model.cache_minimum_tokens is None
    assert (
        len(make_options(case, {row.id: replace(offer, path=replace(offer.path, card=card))})) == 1
    )
