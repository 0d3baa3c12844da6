from __future__ import annotations

from dataclasses import replace

from equipoise.console import findings
from equipoise.domain.decision import Crossover, Decision
from equipoise.domain.evidence import Standing


def test_the_title_says_who_costs_least_and_from_where_on(decided: Decision) -> None:
    assert findings.of_crossover(decided) == (
        "Of the candidates that meet the bar, qwen3-8b-l4 costs least at 180,000 requests a month; "
        "below 146,000, gpt-5-mini does"
    )


def test_a_crossover_with_an_excluded_candidate_limits_nothing(decided: Decision) -> None:
    assert "322,000" not in findings.of_crossover(decided)


def test_a_crossover_where_a_third_one_is_cheaper_limits_nothing(decided: Decision) -> None:
    everybody = tuple(replace(row, standing=Standing.MET) for row in decided.candidates)
    turn = Crossover("gpt-5-mini", "qwen3-8b-l4", 145_600, "gpt-5-mini", "qwen3-8b-l4")
    title = findings.of_crossover(replace(decided, candidates=everybody, crossovers=(turn,)))

    assert title.endswith(
        "llama-70b-hosted costs least at 180,000 requests a month, and at every volume drawn"
    )


def test_without_a_candidate_that_meets_the_bar_all_are_compared(undecided: Decision) -> None:
    assert findings.of_crossover(undecided) == (
        "Quality aside, gpt-5-mini costs least at 42,000 requests a month"
    )


def test_a_lone_candidate_is_not_compared_with_itself(decided: Decision) -> None:
    alone = replace(decided, curves=decided.curves[1:2])

    assert findings.of_crossover(alone) == (
        "qwen3-8b-l4, the only one shown to meet the bar, costs $1,761 a month "
        "at 180,000 requests a month"
    )


def test_a_volume_beyond_all_curves_is_said_to_be_unknown(decided: Decision) -> None:
    far = replace(decided, requests_per_month=10**12)

    assert findings.of_crossover(far).startswith(
        "No candidate's cost is known at 1,000,000,000,000"
    )


def test_the_title_names_the_cheapest_accepted_answer(decided: Decision) -> None:
    assert findings.of_cost_quality(decided).replace("\u00a0", " ") == (
        "qwen3-8b-l4 gives the cheapest accepted answer, $0.0256, "
        "of the two candidates that meet the floor of 90 %"
    )


def test_an_open_question_is_the_title(undecided: Decision) -> None:
    first = replace(undecided, candidates=undecided.candidates[:1])

    assert "two candidates could lie on either side" in findings.of_cost_quality(undecided)
    assert findings.of_cost_quality(first).replace("\u00a0", " ") == (
        "Whether gpt-5-mini meets the floor of 88 % is still open: "
        "88.5 % (81.4–93.1) of answers accepted"
    )


def test_missing_the_bar_and_not_having_been_measured_are_told_apart(undecided: Decision) -> None:
    def with_standing(standing: Standing) -> str:
        rows = tuple(replace(row, standing=standing) for row in undecided.candidates)
        return findings.of_cost_quality(replace(undecided, candidates=rows, quality_floor=None))

    assert with_standing(Standing.NOT_MET) == "No candidate meets the bar"
    assert with_standing(Standing.UNMEASURED) == (
        "No candidate is shown to meet the bar; two have not been measured"
    )


def test_candidates_without_a_place_in_the_chart_are_named(decided: Decision) -> None:
    assert findings.not_drawn(decided) == ("claude-haiku",)
