"""The policy that a decision writes: what was proven answers, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.decisions.cases import gpt, make_case, small

from equipoise.config.policy_file import read_policy
from equipoise.decisions.decide import decide
from equipoise.decisions.policy import make_policy, policy_json
from equipoise.domain.decision import Decision, PlanKind
from equipoise.errors import ConfigurationError


@pytest.fixture(scope="module")
def decided() -> Decision:
    return decide(make_case(small("ours", 396)), 1)


def test_a_decision_routes_its_workload_to_what_was_chosen(decided: Decision) -> None:
    policy = make_policy(decided)

    assert decided.plan.kind is PlanKind.OPEN_SELF
    assert policy is not None
    assert [route.target for route in policy.routes] == [decided.plan.shares[0].target]
    assert (policy.workload, policy.data_class.value) == (decided.workload, decided.data_class)


def test_an_undecided_workload_has_no_policy(decided: Decision) -> None:
    undecided = replace(decided, plan=decided.plans[-1])

    assert undecided.plan.kind is PlanKind.UNDECIDED
    assert make_policy(undecided) is None


def test_only_what_was_shown_to_be_good_enough_falls_back() -> None:
    decision = decide(make_case(small("ours", 396), gpt("proven", 396), gpt("bad", 10)), 1)
    policy = make_policy(replace(decision, plan=decision.plans[3]))
    assert policy is not None
    shown = {
        row.target for row in decision.candidates if row.standing == "met" and not row.excluded
    }

    assert decision.plans[3].kind is PlanKind.OPEN_SELF
    assert policy.fallbacks
    assert set(policy.fallbacks) <= shown


def test_a_policy_file_reads_back_as_what_was_written(decided: Decision, tmp_path: Path) -> None:
    policy = make_policy(decided)
    assert policy is not None
    file = tmp_path / "policy.json"
    file.write_text(policy_json(policy), encoding="utf-8")

    assert read_policy(file) == policy


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "equipoise.policy/2"}, "schema"),
        ({"routes": []}, "sum to 1"),
        ({"routes": [{"target": "a/b", "share": 0.5}]}, "sum to 1"),
        ({"data_class": "secret"}, "data_class"),
        ({"surplus": 1}, "surplus"),
    ],
)
def test_a_policy_file_that_is_none_says_where(
    decided: Decision, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    policy = make_policy(decided)
    assert policy is not None
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(json.loads(policy_json(policy)) | change), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_policy(file)

    assert said in " ".join(map(str, caught.value.problems))


def test_a_policy_file_that_is_absent_says_who_writes_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_policy(tmp_path / "none.json")

    assert "equipoise decide" in str(caught.value.problems[0])


def test_the_days_of_the_decision_go_with_it(decided: Decision) -> None:
    policy = make_policy(decided)
    assert policy is not None

    assert policy.decided_on == decided.decided_on > date(2026, 1, 1)
    assert policy.valid_until == decided.valid_until
