"""Drafts of a bill as real workload files: accepted whatever the names, and decided as drafts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from equipoise.bill.analyse import Question, analyse
from equipoise.bill.facts import Facts
from equipoise.bill.page import Draft
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.bill import BillLine, BillSource, Reading, Role, Tokens

from .command import run

DAY = date(2026, 11, 20)
TODAY = date(2026, 11, 24)
MILLION = 1_000_000
NAMES = (
    "p" * 10_000,
    "two\nlines\r\nand\ttab",
    '"]\nversion = 2\n[evil]',
    "=cmd()|' /C calc'!A0",
    "\x00\x1b[31mred\x7f\x85\u202e",
    "lone \ud83d surrogate",
    "請求",
    "",
)
BILLED = (
    ("openai", "gpt-5-mini-2025-08-07"),
    ("openai", "o3-pro"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-4-argon"),
    ("groq", "llama-3.3-70b-versatile"),
    ("azure", "gpt-5"),
    ("aws", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("openrouter", "meta-llama/llama-3.3-70b-instruct"),
)


def drafted(*billed: tuple[str, str, str], facts: Facts | None = None) -> tuple[Draft, ...]:
    """Drafts of a day on which each vendor's model was used for a project."""
    source = BillSource("usage.json", "usages", "usage", Role.USAGE, "api", "UTC", len(billed))
    tokens = Tokens(20 * MILLION, 5 * MILLION, output=4 * MILLION)
    lines = [
        BillLine(0, Role.USAGE, provider, DAY, project, model=model, requests=9_000, tokens=tokens)
        for provider, model, project in billed
    ]
    return analyse(Reading(tuple(lines), (source,)), Question(TODAY, facts or Facts())).drafts


def written(draft: Draft, folder: Path) -> Path:
    path = folder / f"{draft.name}.toml"
    path.write_text(draft.toml, encoding="utf-8")
    return path


@pytest.mark.parametrize("project", NAMES)
def test_a_draft_is_accepted_whatever_its_project_is_called(project: str, tmp_path: Path) -> None:
    (draft,) = drafted(("openai", "gpt-5", project))
    workload = load_workload(written(draft, tmp_path), load_settings(None))

    assert workload.items == ()
    assert workload.lengths is not None
    assert workload.lengths.input == pytest.approx(25 * MILLION / 9_000, abs=0.1)
    assert workload.lengths.shared_input == pytest.approx(5 * MILLION / 9_000, abs=0.1)


@pytest.mark.parametrize(("provider", "model"), BILLED)
def test_a_draft_of_any_vendors_model_is_accepted(
    provider: str, model: str, tmp_path: Path
) -> None:
    found = drafted((provider, model, "shop"))
    assert found
    for draft in found:
        workload = load_workload(written(draft, tmp_path), load_settings(None))
        assert 1 <= len(workload.candidates) <= 4


@pytest.mark.parametrize(
    "facts",
    [
        Facts(availability=0.99999999, latency_seconds=1e-7),
        Facts(engineers=0.0, engineer_usd_per_year=0.25, peak_to_mean=1.0),
        Facts(engineers=999.5, peak_to_mean=1_000.0, latency_seconds=1e6),
    ],
)
def test_a_draft_is_accepted_with_any_facts_that_the_command_takes(
    facts: Facts, tmp_path: Path
) -> None:
    (draft,) = drafted(("openai", "gpt-5", "shop"), facts=facts)
    workload = load_workload(written(draft, tmp_path), load_settings(None))

    assert workload.requirements.availability == facts.availability


def test_decide_prices_the_plans_of_a_draft_and_leaves_it_undecided(tmp_path: Path) -> None:
    (draft,) = drafted(("openai", "gpt-5", "shop"))
    written(draft, tmp_path)
    done = run(tmp_path, "decide", f"{draft.name}.toml", "--date", TODAY.isoformat())

    assert done.returncode == 5, done.stderr
    assert f"{draft.name}\tundecided\topenai/gpt-5\t" in done.stdout
