"""The page of costs: the same months as a decision's, the same sums, and no quality judged."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decisions.cases import Ask, claude, entrant, gpt, hosted, large, make_case, row_of, small

from equipoise.decisions.costing.page import CandidateCost, CostPage
from equipoise.decisions.costing.price import cost_page
from equipoise.decisions.costing.record import SCHEMA, to_json
from equipoise.decisions.decide import decide
from equipoise.domain.workload import DataClass, StatedPrices
from equipoise.errors import ConfigurationError

EVERYBODY = (small("small", 250), large(), hosted(), gpt("gpt", 372), claude())


def cost_of(page: CostPage, candidate: str) -> CandidateCost:
    """The row of one candidate."""
    (row,) = [row for row in page.candidates if row.candidate == candidate]
    return row


def test_a_month_is_the_one_that_a_decision_states_with_the_same_range() -> None:
    case = make_case(*EVERYBODY)
    page, decision = cost_page(case, 1), decide(case, 1)

    for row in page.candidates:
        decided = row_of(decision, row.candidate)
        found = (row.monthly_usd, row.monthly_low, row.monthly_high, row.per_accepted_usd)
        stated = (decided.monthly_usd, decided.monthly_low, decided.monthly_high)
        accepted = decided.per_accepted_usd if decided.items else None
        assert found == (*stated, accepted)


def test_a_candidate_that_a_decision_excludes_is_priced_all_the_same() -> None:
    page = cost_page(make_case(gpt(), ask=Ask(data_class=DataClass.RESTRICTED)), 1)

    assert cost_of(page, "gpt").monthly_usd is not None


@settings(max_examples=25, deadline=None)
@given(
    requests=st.integers(1, 100_000_000),
    peak=st.floats(1, 20),
    fte=st.floats(0, 5),
)
def test_lines_add_up_to_the_month_of_candidates_and_of_ways(
    requests: int, peak: float, fte: float
) -> None:
    ask = Ask(requests=requests, peak=peak, own_fte=fte, availability=0.999)
    page = cost_page(make_case(large(), gpt(), ask=ask), 1)

    priced = [(row.monthly_usd, row.costs) for row in page.candidates]
    priced += [(way.monthly_usd, way.costs) for row in page.candidates for way in row.ways]
    assert len(priced) == 7
    for usd, lines in priced:
        assert usd is not None
        assert usd == pytest.approx(sum(line.usd for line in lines))


def test_more_machines_are_needed_just_above_the_volume_that_says_so() -> None:
    here = cost_of(cost_page(make_case(large()), 1), "large")
    assert here.next_machine_at is not None
    assert here.machines is not None
    below, above = (
        cost_of(
            cost_page(make_case(large(), ask=Ask(requests=round(here.next_machine_at * by))), 1),
            "large",
        ).machines
        for by in (0.999, 1.001)
    )

    assert below == here.machines
    assert above is not None
    assert above > here.machines


def test_at_the_needed_price_the_api_costs_what_our_own_does() -> None:
    page = cost_page(make_case(large(), gpt()), 1)
    ours, theirs = cost_of(page, "large"), cost_of(page, "gpt")
    people = sum(line.usd for line in theirs.costs if line.kind == "people")
    assert ours.against is not None
    assert ours.against.needed_request_usd is not None

    assert ours.against.needed_request_usd * 300_000 + people == pytest.approx(ours.monthly_usd)


def test_quality_is_shown_where_it_was_measured_and_assumed_nowhere() -> None:
    page = cost_page(make_case(gpt("gpt", 300), hosted(assumed=(0.9, 1.0))), 1)

    assert cost_of(page, "gpt").accept_rate == pytest.approx(0.75)
    assert cost_of(page, "gpt").per_accepted_usd is not None
    assert cost_of(page, "hosted").accept_rate is None
    assert cost_of(page, "hosted").per_accepted_usd is None


def test_of_answers_none_of_which_is_accepted_no_price_is_stated() -> None:
    row = cost_of(cost_page(make_case(gpt("gpt", 0)), 1), "gpt")

    assert (row.accept_rate, row.per_accepted_usd) == (0.0, None)


def test_a_model_that_fits_nowhere_says_so_and_the_answer_is_to_stay() -> None:
    huge = entrant("huge", "llama-3.3-70b-instruct", "own", None, hardware="l4")
    page = cost_page(make_case(huge, gpt()), 1)

    assert "does not fit on" in cost_of(page, "huge").unpriced
    assert page.answer.startswith("Stay on the API: none of our own can be priced.")
    assert (page.pairs, page.hinge) == ((), None)


def test_without_any_price_the_answer_gives_each_reason() -> None:
    huge = entrant("huge", "llama-3.3-70b-instruct", "own", None, hardware="l4")
    page = cost_page(make_case(huge), 1)

    assert page.answer.startswith("No candidate has a price. huge: Llama 3.3 70B Instruct does not")
    assert page.curves == ()


def test_staying_on_the_api_is_said_plainly() -> None:
    page = cost_page(make_case(large(), hosted()), 1)
    (pair,) = page.pairs

    assert page.answer.startswith("Stay on the API, quality aside: ")
    assert (pair.crossings, pair.sentence.partition(":")[0]) == ((), "Stay on the API")


def test_every_crossing_of_a_staircase_is_listed_with_who_is_cheaper_on_which_side() -> None:
    page = cost_page(make_case(small(seconds=0.25), gpt(), ask=Ask(requests=5_000_000)), 1)
    (pair,) = page.pairs
    volumes = [turn.requests_per_month for turn in pair.crossings]

    assert len(volumes) > 1
    assert volumes == sorted(volumes)
    for before, after in zip(pair.crossings, pair.crossings[1:], strict=False):
        assert before.cheaper_above == after.cheaper_below


def test_where_both_were_measured_they_cross_per_accepted_answer() -> None:
    page = cost_page(make_case(small("ours", 396, seconds=0.05), gpt("gpt", 372), claude()), 1)

    assert [pair.per for pair in page.pairs] == ["accepted answer", "month", "month"]


def test_a_rent_of_ones_own_replaces_the_catalogs_range() -> None:
    page = cost_page(make_case(large(prices=StatedPrices(usd_per_hour=3.0))), 1)
    machines = cost_of(page, "large").costs[0]

    assert "; $3 an hour" in machines.basis
    assert machines.usd == pytest.approx(3.0 * 730)


def test_a_rent_by_the_month_is_taken_for_the_slip_it_is() -> None:
    with pytest.raises(ConfigurationError):
        cost_page(make_case(large(prices=StatedPrices(usd_per_hour=2_190.0))), 1)


def test_the_difference_hangs_on_the_three_facts_that_move_it_most() -> None:
    found = cost_page(make_case(large(), gpt()), 1).hinge
    assert found is not None
    widths = [abs(row.at_high_usd - row.at_low_usd) for row in found.swings]

    assert (found.own, found.vendor, len(widths)) == ("large", "gpt", 3)
    assert widths == sorted(widths, reverse=True)
    assert 0 <= found.chance_own_is_cheaper <= 1


def test_tokens_that_the_vendor_counted_are_no_uncertain_fact() -> None:
    found = cost_page(make_case(large(), gpt("gpt", 372)), 1).hinge
    assert found is not None

    assert not any("tokens" in row.fact for row in found.swings)


def test_a_discount_that_makes_a_candidate_the_cheapest_is_named() -> None:
    long = gpt(tokens=(2_000.0, 1_800.0, 40.0))
    page = cost_page(make_case(long, ask=Ask(vendor_fte=0.0)), 1)

    assert [(row.kind, row.candidates) for row in page.others] == [("discounted", ("gpt",))]
    assert "Cheapest of all is gpt, prompt cache on the 1800 tokens" in page.answer


def test_a_vendor_is_held_against_its_limits_and_its_promise() -> None:
    ask = Ask(requests=90_000_000, availability=0.9999)
    page = cost_page(make_case(claude(), gpt(), ask=ask), 1)

    assert "exceeds the highest published tier of anthropic" in cost_of(page, "claude").notes[0]
    assert "promises no uptime" in cost_of(page, "claude").notes[1]
    assert "No limits are known" in cost_of(page, "gpt").notes[0]
    assert "does not reach the 99.99% needed" in cost_of(page, "gpt").notes[1]


def test_a_vendor_without_a_known_promise_says_so() -> None:
    page = cost_page(make_case(entrant("ministral", "ministral-3-8b-instruct", "mistral", None)), 1)

    assert cost_of(page, "ministral").notes[-1] == "No promise of uptime by Mistral AI is known."


def test_a_vendor_keeps_its_price_whatever_a_machine_rents_for() -> None:
    ours = large(prices=StatedPrices(usd_per_hour=3.0))
    with_rent, without = (cost_page(make_case(own, gpt()), 1) for own in (ours, large()))

    assert cost_of(with_rent, "gpt") == cost_of(without, "gpt")


def test_the_same_case_gives_the_same_bytes() -> None:
    case = make_case(*EVERYBODY)
    text = to_json(cost_page(case, 1))

    assert text == to_json(cost_page(case, 1))
    assert json.loads(text)["schema"] == SCHEMA
