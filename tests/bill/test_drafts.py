"""Workloads worth a trial, as drafts of workload files that anybody's names leave valid."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.bill.drafts import Occasion, drafts
from equipoise.bill.facts import Facts
from equipoise.bill.page import Draft
from equipoise.domain.bill import BillLine, Tokens

from .readings import FACTS, MILLION, TODAY, charge, rows, usage

OCCASION = Occasion(TODAY, "2026-11-01 to 2026-11-30", 0.0)
HOSTILE = (
    "p" * 10_000,
    "two\nlines\r\nand\ttab",
    "quote\" and \\ and '''",
    '"]\nversion = 2\n[evil]',
    "=cmd()|' /C calc'!A0",
    "\x00\x1b[31mred\x7f\x85\u202e",
    "lone \ud83d surrogate",
    "請求プロジェクト",
    "---",
)


def of(*lines: BillLine, facts: Facts = FACTS, kept: float = 0.0) -> tuple[Draft, ...]:
    return drafts(
        rows(*lines, by_project=True, days=30.4375), facts, replace(OCCASION, kept_share=kept)
    )


def parsed(draft: Draft) -> dict[str, Any]:
    draft.toml.encode()
    return tomllib.loads(draft.toml)


def test_the_three_that_could_save_most_are_drafted() -> None:
    lines = [usage("gpt-5", project=f"p{n}", requests=n * 900) for n in range(1, 6)]
    lines = [
        replace(line, tokens=Tokens(MILLION * n, output=MILLION * n))
        for n, line in enumerate(lines, 1)
    ]
    found = of(*lines)

    assert [draft.project for draft in found] == ["p5", "p4", "p3"]
    assert [draft.name for draft in found] == ["p5-gpt-5", "p4-gpt-5", "p3-gpt-5"]
    assert [draft.at_most_usd for draft in found] == sorted(
        (draft.at_most_usd for draft in found), reverse=True
    )


def test_a_draft_states_what_the_bill_says_of_its_workload() -> None:
    tokens = Tokens(6 * MILLION, 2 * MILLION, output=MILLION)
    (draft,) = of(usage("gpt-5", tokens, project="Support desk", requests=4_000))
    file = parsed(draft)

    assert (file["name"], file["title"]) == (
        "support-desk-gpt-5",
        "What gpt-5 answers for Support desk",
    )
    assert file["requirements"]["volume"] == {"requests_per_month": 4_000, "peak_to_mean": 3}
    assert file["requirements"]["lengths"] == {
        "input_tokens": 2_000,
        "shared_input_tokens": 500,
        "output_tokens": 250,
        "counted_by": "the bill of 2026-11-01 to 2026-11-30",
    }
    assert file["task"]["max_output_tokens"] == 1_000
    assert file["incumbent"] == "gpt-5"
    assert [row["target"] for row in file["candidates"]] == [
        "openai/gpt-5",
        "openai/gpt-5-mini",
        f"{draft.cheapest.partition(' at ')[2]}/minimax-m2.5",
        "own/minimax-m2.5",
    ]
    assert "hardware" in file["candidates"][-1]
    assert "# counted" in draft.toml


def test_lengths_that_nobody_counted_are_said_to_be_assumed() -> None:
    (draft,) = of(charge("9000", "gpt-5"))

    assert "# at 1500 tokens each, assumed" in draft.toml
    assert "shared_input_tokens" not in draft.toml


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_anybodys_breaks_a_draft(name: str) -> None:
    (draft,) = of(usage("gpt-5", project=name, key=name, requests=900))
    file = parsed(draft)

    assert re.fullmatch("[a-z0-9][a-z0-9-]*", file["name"])
    assert file["version"] == 1
    assert file["title"].startswith("What gpt-5 answers")
    assert file["title"].isprintable()
    assert len(file["title"]) <= 120
    assert len(draft.name) <= 64


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_a_project_and_a_vendor(project: str, provider: str) -> None:
    (row,) = rows(usage("gpt-5", requests=900), days=30.4375)
    for draft in drafts([replace(row, project=project, provider=provider)], FACTS, OCCASION):
        parsed(draft)


def test_two_projects_of_one_name_have_two_files() -> None:
    lines = [usage("gpt-5", project=name, requests=900) for name in ("a b", "a-b", "A B")]

    assert {draft.name for draft in of(*lines)} == {"a-b-gpt-5", "a-b-gpt-5-2", "a-b-gpt-5-3"}


def test_a_name_without_letters_is_still_a_name() -> None:
    (row,) = rows(usage("gpt-5", requests=900), days=30.4375)
    (draft,) = drafts([replace(row, billed="***", project="!!!")], FACTS, OCCASION)

    assert (draft.name, parsed(draft)["name"]) == ("workload", "workload")


def test_machines_of_our_own_save_only_what_their_people_leave() -> None:
    line = charge("100000000", "gpt-5")
    even = replace(FACTS, peak_to_mean=1.0)
    (hosted,), (owned,) = of(line, facts=even), of(line, facts=even, kept=0.999)

    assert hosted.by_host
    assert " at " in hosted.cheapest
    assert not owned.by_host
    assert "minimax-m2.5 on our own " in owned.cheapest
    assert owned.at_most_usd > hosted.at_most_usd


def test_what_could_save_nothing_is_not_worth_a_trial() -> None:
    # At a hundredth of its list price, no host and no machine is as cheap.
    assert of(charge("0.02"), usage()) == ()


@pytest.mark.parametrize("line", [charge("900", "gpt-image-1"), charge("900", "no-such-model")])
def test_what_is_no_text_is_no_draft(line: BillLine) -> None:
    assert of(line) == ()


@pytest.mark.parametrize(
    "facts",
    [
        Facts(availability=0.99999999),
        Facts(latency_seconds=1e-7, peak_to_mean=3.0000001),
        Facts(engineers=0.0, engineer_usd_per_year=0.4),
        Facts(engineers=1_000.0, latency_seconds=1e9),
    ],
)
def test_facts_are_written_exactly(facts: Facts) -> None:
    (draft,) = of(usage("gpt-5", requests=900), facts=facts)
    file = parsed(draft)

    assert file["requirements"]["availability"] == facts.availability
    assert file["requirements"]["volume"]["peak_to_mean"] == facts.peak_to_mean
    assert file["requirements"]["latency_p95_ms"] > 0
    assert file["costs"]["self_hosting_fte"] == facts.engineers
    assert file["costs"]["engineer_usd_per_year"] == facts.engineer_usd_per_year


def test_a_model_without_a_smaller_sibling_is_compared_with_none() -> None:
    (draft,) = of(charge("9000", "llama-3.3-70b-versatile", provider="groq"))

    assert [row["id"] for row in parsed(draft)["candidates"]] == [
        "llama-3.3-70b-instruct",
        "llama-3.3-70b-instruct-hosted",
        "llama-3.3-70b-instruct-own",
    ]


def test_a_vendor_that_the_catalog_lacks_is_no_incumbent() -> None:
    (draft,) = of(charge("9000", "gpt-5", provider="azure"))
    file = parsed(draft)

    assert "incumbent" not in file
    assert [row["target"].partition("/")[0] for row in file["candidates"]][-1] == "own"


def test_answers_longer_than_a_file_may_ask_for_are_cut() -> None:
    (draft,) = of(usage("gpt-5", Tokens(MILLION, output=20 * MILLION), requests=900))

    assert parsed(draft)["task"]["max_output_tokens"] == 32_768
