"""What a load test says of a workload, and what a decision makes of it."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import hardware
from equipoise.decisions.decide import decide
from equipoise.decisions.measured_load import far_lengths, read_load
from equipoise.decisions.offer import Offer
from equipoise.decisions.offers import make_offers
from equipoise.decisions.own_offer import MACHINE_SPREAD, rate_spread
from equipoise.domain.decision import Decision, PlanKind
from equipoise.domain.evidence import Lengths
from equipoise.domain.load_test import Arrival, LoadTest
from equipoise.economics.draws import Sampler
from equipoise.economics.ownership.path import OwnershipPath

from .cases import Ask, gpt, kinds, large, make_case, reasons, row_of
from .load_tests import benched, level, load_test, times

SAME = Lengths(800.0, 0.0, 40.0, "us")
# Whole answers take up to 0.735, 1.47 and 5.85 s in 95 % of cases.
LEVELS = (
    level(1, 2.0),
    level(8, 9.0, ttft=0.2, tpot=0.02),
    level(64, 20.0, ttft=1.56, tpot=0.06),
)


def test_the_level_that_serves_most_within_the_time_allowed_is_read() -> None:
    for bound, concurrency, rate in ((1.0, 1, 2.0), (2.0, 8, 9.0), (6.0, 64, 20.0)):
        found = read_load(load_test(*LEVELS), SAME, bound)
        assert found is not None
        assert found.meets
        assert (found.level.concurrency, found.rate.batch) == (concurrency, concurrency)
        assert found.rate.requests_per_second == pytest.approx(rate)
        assert found.p95_seconds <= bound


def test_where_none_is_quick_enough_the_quickest_is_read_and_said_to_miss() -> None:
    found = read_load(load_test(*LEVELS), SAME, 0.5)

    assert found is not None
    assert not found.meets
    assert found.level.concurrency == 1
    assert found.p95_seconds == pytest.approx(1.5 * (0.1 + 39 * 0.01))


def test_a_higher_load_that_serves_less_is_not_preferred() -> None:
    found = read_load(load_test(level(8, 9.0), level(16, 8.0)), SAME, 10.0)

    assert found is not None
    assert found.level.concurrency == 8


def test_times_and_rate_follow_the_lengths_of_the_workload() -> None:
    test = load_test(level(8, 9.0, ttft=0.2, tpot=0.02))
    longer = read_load(test, Lengths(1600.0, 0.0, 80.0, "us"), 60.0)
    shorter = read_load(test, Lengths(400.0, 0.0, 20.0, "us"), 60.0)

    assert longer is not None
    assert longer.p95_seconds == pytest.approx(1.5 * (2 * 0.2 + 79 * 0.02))
    assert longer.rate.requests_per_second == pytest.approx(9 * 0.98 / (0.4 + 79 * 0.02))
    assert shorter is not None
    # Half the input waits as long for its first token: a part of that is not computing.
    assert shorter.p95_seconds == pytest.approx(1.5 * (0.2 + 19 * 0.02))
    assert shorter.rate.requests_per_second == pytest.approx(9 * 0.98 / (0.2 + 19 * 0.02))


def test_a_shared_prefix_is_computed_once_on_both_sides() -> None:
    test = load_test(level(8, 9.0), shared=600.0)
    as_measured = read_load(test, Lengths(800.0, 600.0, 40.0, "us"), 60.0)
    nothing_shared = read_load(test, SAME, 60.0)

    assert as_measured is not None
    assert nothing_shared is not None
    assert as_measured.rate.requests_per_second == pytest.approx(9.0)
    assert nothing_shared.p95_seconds - as_measured.p95_seconds == pytest.approx(1.5 * 3 * 0.1)


@given(
    input_tokens=st.floats(1, 5_000),
    output=st.floats(1, 2_000),
    more=st.floats(1, 3),
    bound=st.floats(0.1, 100),
)
def test_longer_requests_are_never_served_faster(
    input_tokens: float, output: float, more: float, bound: float
) -> None:
    test = load_test(*LEVELS)
    short = read_load(test, Lengths(input_tokens, 0.0, output, "us"), bound)
    long = read_load(test, Lengths(input_tokens * more, 0.0, output * more, "us"), bound)

    assert short is not None
    assert long is not None
    assert short.meets or not long.meets
    if short.meets and long.meets:
        rates = (long.rate.requests_per_second, short.rate.requests_per_second)
        assert rates[0] <= rates[1] * (1 + 1e-9)


def test_levels_that_failed_ended_early_or_lack_times_are_not_read() -> None:
    good = LEVELS[0]
    bad = LEVELS[2]
    for row in (
        replace(bad, ended="server_error: out of memory"),
        replace(bad, failures={"timeout": 5}),
        replace(bad, ttft=None),
        replace(bad, tpot=None),
        replace(bad, ttft=times(1.0, None)),
    ):
        found = read_load(load_test(row, good), SAME, 60.0)
        assert found is not None
        assert found.level is good
        assert read_load(load_test(row), SAME, 60.0) is None
    one_in_a_hundred = read_load(load_test(replace(bad, failures={"x": 1})), SAME, 60.0)
    assert one_in_a_hundred is not None


def test_the_99th_percentile_stands_for_a_95th_that_is_not_known() -> None:
    row = replace(LEVELS[0], ttft=times(0.1, None, 0.3), tpot=times(0.01, None, 0.02))
    found = read_load(load_test(row), SAME, 60.0)

    assert found is not None
    assert found.p95_seconds == pytest.approx(0.3 + 39 * 0.02)


def test_answers_of_one_token_are_enough_for_a_workload_that_wants_one() -> None:
    row = replace(level(4, 5.0, tokens=(800.0, 1.0)), tpot=None)

    assert read_load(load_test(row), Lengths(800.0, 0.0, 1.0, "us"), 60.0) is not None
    assert read_load(load_test(row), SAME, 60.0) is None


@pytest.mark.parametrize(("output", "far"), [(20.0, 0), (19.0, 1), (80.0, 0), (81.0, 1)])
def test_lengths_are_far_beyond_a_factor_of_two_either_way(output: float, far: int) -> None:
    assert len(far_lengths(LEVELS[0], Lengths(800.0, 0.0, output, "us"))) == far


def offer_of(test: LoadTest, output: float = 40.0) -> tuple[Offer, float]:
    """The offer of a large model with this load test, and how far its rate strays."""
    case = benched(make_case(large("ours", None, hardware="h100"), gpt("gpt", 380)), "ours", test)
    lengths = [(name, replace(row, output=output)) for name, row in case.trial.lengths]
    case = replace(case, trial=replace(case.trial, lengths=tuple(lengths)))
    offer = make_offers(case, Sampler(1))["ours"]
    return offer, rate_spread(case, offer)


def test_an_offer_has_the_rate_that_was_measured_under_load() -> None:
    offer, _ = offer_of(load_test(*LEVELS))

    assert isinstance(offer.path, OwnershipPath)
    assert offer.path.rate_median == pytest.approx(9.0)
    assert offer.measured_rate
    assert offer.path.machine == hardware.find("h100")


def test_the_rate_scatters_as_the_test_says_and_as_machines_do_where_it_does_not() -> None:
    row = level(8, 9.0, interval=(8.0, 10.0))
    own = log(10 / 8) / (2 * 1.959964)

    assert offer_of(load_test(row))[1] == pytest.approx(own, rel=1e-5)
    assert offer_of(load_test(row, interval=None))[1] == MACHINE_SPREAD
    assert offer_of(load_test(row, hardware=None))[1] == MACHINE_SPREAD
    assert offer_of(load_test(level(8, 9.0)))[1] == MACHINE_SPREAD
    assert offer_of(load_test(row), output=10.0)[1] == MACHINE_SPREAD, "lengths it did not measure"


def decided(*rows: LoadTest | None, ask: Ask | None = None) -> list[Decision]:
    """One case decided without a load test and with each of these."""
    case = make_case(
        large("ours", 392, hardware="h100", seconds=0.5, p95=0.6),
        gpt("gpt", 390),
        ask=ask or Ask(requests=90_000_000, peak=4.0),
    )
    return [decide(benched(case, "ours", row) if row else case, 1) for row in rows]


def test_what_was_asked_one_at_a_time_serves_more_once_it_is_measured_under_load() -> None:
    alone, loaded = decided(None, load_test(*LEVELS))

    assert "2 requests/s a replica" in speed(alone)
    assert "9 requests/s a replica, 8 at a time" in speed(loaded)
    assert machines(loaded) < machines(alone)


def test_the_split_between_our_machines_and_a_vendor_follows_the_measured_rate() -> None:
    slow, quick = decided(load_test(level(1, 2.0)), load_test(level(8, 9.0)))

    assert 0 < share_of_ours(quick) < 1
    assert share_of_ours(quick) != share_of_ours(slow)
    assert (kinds(quick)[PlanKind.HYBRID].monthly_usd or 0) < (
        kinds(slow)[PlanKind.HYBRID].monthly_usd or 0
    )


def test_no_level_that_is_quick_enough_excludes_with_the_reason() -> None:
    (decision,) = decided(load_test(*LEVELS), ask=Ask(latency_ms=700.0))
    (row,) = [row for row in decision.excluded if row.candidate == "ours"]

    assert reasons(decision) >= {("ours", "latency")}
    assert "1 at a time, 95 % of answers of these lengths take up to 0.735 s, 0.7 s" in row.reason


def test_a_test_that_nothing_can_be_read_of_prices_nothing() -> None:
    ended = replace(LEVELS[0], ended="server_error: gone")
    (decision,) = decided(load_test(ended))

    assert ("ours", "price") in reasons(decision)
    assert row_of(decision, "ours").monthly_usd is None


def test_a_decision_says_measured_under_load_and_by_what() -> None:
    (decision,) = decided(load_test(*LEVELS))
    (given,) = [
        row
        for row in decision.assumptions
        if row.subject == f"speed of ours on {hardware.find('h100').name}"
    ]
    (claim,) = [row for row in decision.evidence if "under load" in row.claim]

    assert given.why.startswith("measured under load; for 800.0 tokens in and 40.0 out")
    assert (given.source.name, given.source.checked) == ("bench.json", load_test().measured_on)
    assert "speed measured under load" in row_of(decision, "ours").note
    assert "estimated" not in row_of(decision, "ours").note
    assert claim.estimate == pytest.approx(9.0)
    assert (claim.unit, claim.count) == ("a second", 100)
    assert claim.rests_on == ("load test dddddddddddd",)


def test_lengths_machine_and_model_that_are_taken_for_the_workloads_are_assumptions() -> None:
    row = level(8, 9.0, tokens=(100.0, 500.0))
    (decision,) = decided(load_test(row, hardware=None, model="llama-8b-awq"))
    subjects = [given.subject for given in decision.assumptions]
    values = " | ".join(given.value for given in decision.assumptions)

    assert subjects.count("lengths under which ours was measured") == 2
    assert "machine on which ours was measured" in subjects
    assert "llama-8b-awq, taken to be Llama 3.1 8B Instruct" in values
    (plain,) = decided(load_test(*LEVELS))
    assert not [row for row in plain.assumptions if "was measured" in row.subject]


@pytest.mark.parametrize("name", ["llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct"])
def test_a_models_own_names_are_no_assumption(name: str) -> None:
    (decision,) = decided(load_test(*LEVELS, model=name))

    assert not [row for row in decision.assumptions if row.subject.startswith("model that")]


def test_an_open_loops_rate_is_read_as_a_closed_ones() -> None:
    row = replace(LEVELS[1], arrival=Arrival.OPEN, concurrency=None, rate=9.1)
    found = read_load(load_test(row), SAME, 60.0)

    assert found is not None
    assert found.level.name == "9.1 requests/s"
    assert found.rate.batch == 8


def speed(decision: Decision) -> str:
    """How fast our own copy is taken to be."""
    (given,) = [row for row in decision.assumptions if row.subject.startswith("speed of ours")]
    return given.value


def machines(decision: Decision) -> int:
    """How many machines our own copy takes."""
    (line,) = [line for line in row_of(decision, "ours").costs if line.kind == "machines"]
    return int(line.basis.partition(" ")[0])


def share_of_ours(decision: Decision) -> float:
    """Our part of the hybrid."""
    plan = kinds(decision)[PlanKind.HYBRID]
    return sum(share.share for share in plan.shares if share.candidate == "ours")
