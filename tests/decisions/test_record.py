"""The record: the same case and seed give the same bytes, and what `decide --json` promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import pytest

from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.decisions.record import SCHEMA, to_json, to_value
from equipoise.domain.decision import Decision, PlanKind, Portfolio

from .cases import TODAY, Ask, gpt, hosted, large, make_case, small

Gallery = list[tuple[Case, Decision]]
SIMULATED = (
    "_low",
    "_high",
    ".low_usd",
    ".high_usd",
    ".chance_best",
    ".confidence",
    # Where the choice would no longer be sure enough.
    ".tripwires.sentence",
    ".tripwires.threshold",
)


def make() -> Case:
    return make_case(
        small("ours", 396),
        gpt("gpt", 372),
        hosted(assumed=(0.86, 0.99)),
        large(),
        ask=Ask(incumbent="gpt"),
    )


def record(*decisions: Decision) -> str:
    return to_json(Portfolio("0123456789ab", TODAY, decisions))


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every plain value in a record with the keys that lead to it."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}")
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    else:
        yield path, value


def test_the_same_case_and_seed_give_the_same_bytes() -> None:
    assert record(decide(make(), 1)) == record(decide(make(), 1))


def test_the_order_of_candidates_moves_no_figure_of_any_of_them() -> None:
    case = make()
    turned = replace(
        case, workload=replace(case.workload, candidates=case.workload.candidates[::-1])
    )
    one, other = decide(case, 1), decide(turned, 1)

    assert sorted(map(repr, one.candidates)) == sorted(map(repr, other.candidates))
    assert one.plans == other.plans
    assert one.confidence == other.confidence


def test_another_candidate_moves_no_cost_of_the_others() -> None:
    alone = decide(make_case(small("ours", 396), gpt("gpt", 372)), 1)
    among = decide(make_case(large(), small("ours", 396), hosted(), gpt("gpt", 372)), 1)

    assert [row for row in among.candidates if row.candidate in {"ours", "gpt"}] == list(
        alone.candidates
    )


def test_another_seed_moves_only_what_is_simulated() -> None:
    case = make_case(small("ours", 390), gpt("gpt", 377), hosted(assumed=(0.86, 0.9)))
    one, other = (json.loads(record(decide(case, seed))) for seed in (1, 2))
    moved = {
        path
        for (path, before), (_, after) in zip(leaves(one), leaves(other), strict=True)
        if before != after
    }
    words = {".workloads.id", ".workloads.answer"}

    assert moved > words
    assert {path for path in moved - words if not path.endswith(SIMULATED)} == set()
    assert {suffix for suffix in SIMULATED if any(path.endswith(suffix) for path in moved)} == {
        *SIMULATED
    }


def test_a_record_is_json_in_which_every_number_is_finite_and_has_nine_digits(
    gallery: Gallery,
) -> None:
    text = record(*(decision for _, decision in gallery))
    value = json.loads(text, parse_constant=pytest.fail)
    numbers = [leaf for _, leaf in leaves(value) if isinstance(leaf, float)]

    assert text.endswith("}\n")
    assert len(numbers) > 10_000
    assert all(isfinite(number) for number in numbers)
    assert all(number == float(f"{number:.9g}") for number in numbers)


def test_a_record_holds_what_json_readers_were_promised(gallery: Gallery) -> None:
    value = to_value(Portfolio("0123456789ab", TODAY, tuple(row for _, row in gallery)))

    assert (value["schema"], SCHEMA) == ("equipoise.decision/1", "equipoise.decision/1")
    assert (value["id"], value["decided_on"]) == ("0123456789ab", "2026-11-24")
    for row in value["workloads"]:
        assert row["plan"]["kind"] in {kind.value for kind in PlanKind}
        assert [plan["kind"] for plan in row["plans"]] == [kind.value for kind in PlanKind]
        assert isinstance(row["confidence"], float)
        assert all(isinstance(row[key], list) for key in ("tripwires", "evidence", "assumptions"))
        for target in row["plan"]["targets"]:
            assert set(target) >= {"target", "weights", "operator", "share"}
            assert target["weights"] in {"open", "closed"}
            assert target["operator"] in {"self", "vendor"}
        for excluded in row["excluded"]:
            assert set(excluded) >= {"target", "constraint", "reason"}
        assert "shares" not in row["plan"]


def test_the_kinds_of_plan_have_the_names_that_readers_know() -> None:
    assert [kind.value for kind in PlanKind] == [
        "as_is",
        "optimised",
        "open_hosted",
        "open_self",
        "hybrid",
        "undecided",
    ]


def test_the_inputs_are_a_table_of_names_and_digests() -> None:
    (row,) = to_value(Portfolio("0", TODAY, (decide(make(), 1),)))["workloads"]

    assert row["inputs"] == {"triage.toml": "sha256 00", "answers": "sha256 11"}


def test_an_id_follows_from_the_day_the_seed_and_what_it_rests_on() -> None:
    case = make()
    changed = [
        decide(case, 1).id,
        decide(case, 2).id,
        decide(replace(case, now=TODAY.replace(day=25)), 1).id,
        decide(replace(case, inputs=(*case.inputs, ("numpy", "2"))), 1).id,
    ]

    assert len(set(changed)) == 4
    assert all(re.fullmatch("[0-9a-f]{12}", name) for name in changed)


def test_evidence_names_its_method_its_count_and_what_it_rests_on() -> None:
    decision = decide(make(), 1)
    rate, other_rate, seconds, _ = decision.evidence

    assert (rate.subject, rate.estimate, rate.count) == ("ours", 0.99, 400)
    assert rate.claim == "share of answers accepted; the bar is met"
    assert rate.method == "Wilson interval at 90%; standing by wilson"
    assert rate.rests_on == ("plan aaaaaaaaaaaa", "journal bbbbbbbbbbbb")
    assert other_rate.subject == "gpt"
    assert (seconds.unit, seconds.estimate) == ("seconds", 0.75)
    # Too few answers for an upper end: the longest of them stands there, and the method says so.
    assert seconds.high == pytest.approx(0.9)
    assert seconds.method.endswith("; too few answers for an upper end, so the longest")


def test_a_pair_is_evidence_of_a_difference() -> None:
    ask = Ask(below=("gpt", 0.05), incumbent="gpt")
    decision = decide(make_case(gpt("gpt", 380), hosted("open", 376, paired=(4, 8)), ask=ask), 1)
    (pair,) = [row for row in decision.evidence if "difference" in row.claim]

    assert pair.claim == "difference of accept rates to gpt: non_inferior"
    assert pair.estimate == pytest.approx(-0.01)
    assert "4 items only the one and 8 only the other got right" in pair.method
