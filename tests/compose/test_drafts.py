"""A draft from file to record: nothing is asked, nothing is started, and everything is priced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import on_terminal, plain
from tests.compose.command import run
from tests.compose.outcome import Outcome, copied
from tests.compose.triage import DAY, KEYS, change, write_lone
from tests.compose.upstream import Upstream

WEIGHTS_GONE = '[engine]\nweights = "none.gguf"\n'
DRAFT = """\
version = 1
name = "answers"
title = "Answer customers' questions"
data_class = "public"
incumbent = "gpt"

[task]
system = "To be written."
max_output_tokens = 1000

[requirements]
quality_floor = 0.85
latency_p95_ms = 60_000
availability = 0.99
licence_use = ["internal"]

[requirements.volume]
requests_per_month = 400_000
peak_to_mean = 3.0

[requirements.lengths]
input_tokens = 1_850
output_tokens = 310
counted_by = "the vendor's usage export of 2026-10"

[organisation]
monthly_active_users = 900

[costs]
rejected_answer_usd = 0.1
engineer_usd_per_year = 120_000
self_hosting_fte = 0.1
vendor_fte = 0.05

[[candidates]]
id = "gpt"
target = "openai/gpt-4.1-mini"

[[candidates]]
id = "llama"
target = "groq/llama-3.1-8b-instruct"

[[candidates]]
id = "own-llama"
target = "own/llama-3.1-8b-instruct"
hardware = "l4"

[[candidates]]
id = "small"
target = "local/smollm2-135m-instruct"
hardware = "cpu-2vcpu"
"""
GOES_TO_CHAT = '\n[[candidates]]\nid = "chat"\ntarget = "chat/gpt-4.1-mini"\n'


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder in which a draft was decided, where there are no weights; and its record."""
    folder = tmp_path_factory.mktemp("draft")
    (folder / "draft.toml").write_text(DRAFT)
    (folder / "equipoise.toml").write_text(WEIGHTS_GONE)
    done = run(folder, "decide", "draft.toml", "--date", DAY, "--json")
    assert done.returncode == 5, done.stderr
    (workload,) = json.loads(done.stdout)["workloads"]
    return folder, workload


def test_a_draft_needs_no_weights_and_leaves_no_journal(
    alone: tuple[Path, dict[str, Any]],
) -> None:
    folder, workload = alone

    assert workload["plan"]["kind"] == "undecided"
    assert {row["standing"] for row in workload["candidates"]} == {"unmeasured"}
    assert not (folder / ".equipoise").exists()


def test_a_workload_with_items_does_need_the_weights(tmp_path: Path) -> None:
    # The control: where the draft was decided there were none.
    write_lone(tmp_path)
    (tmp_path / "equipoise.toml").write_text(WEIGHTS_GONE)
    done = run(tmp_path, "decide", "triage.toml")

    assert done.returncode == 1
    assert "none.gguf" in done.stderr


def test_every_plan_of_a_draft_has_a_price_or_a_reason(
    alone: tuple[Path, dict[str, Any]],
) -> None:
    _, workload = alone
    priced = {plan["kind"] for plan in workload["plans"] if plan["monthly_usd"] is not None}

    assert priced == {"as_is", "open_hosted", "open_self", "hybrid", "undecided"}
    assert all(plan["unavailable"] for plan in workload["plans"] if plan["kind"] not in priced)
    assert {row["candidate"] for row in workload["needed"]} >= {"gpt", "llama", "own-llama"}


def test_a_draft_rests_on_its_file_and_on_nothing_that_was_not_there(
    alone: tuple[Path, dict[str, Any]],
) -> None:
    _, workload = alone

    assert list(workload["inputs"]) == [
        "draft.toml",
        "equipoise.toml",
        "equipoise",
        "genai-prices",
        "numpy",
    ]
    assert workload["evidence"] == []
    assert workload["stated_lengths"]["measured_by"] == "the vendor's usage export of 2026-10"


def test_the_record_and_the_report_of_a_draft_say_that_nothing_was_measured(
    alone: tuple[Path, dict[str, Any]],
) -> None:
    folder, _ = alone
    (written,) = (folder / "decisions").iterdir()

    for name in ("decision.md", "report.html"):
        text = (written / name).read_text()
        assert "Nothing was measured: the workload is a draft without items." in text
        assert "0 of 0" not in text
    assert sorted(file.name for file in written.iterdir()) == [
        "decision.json",
        "decision.md",
        "report.html",
    ]


def test_all_items_of_a_draft_are_none_and_change_nothing(
    alone: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, workload = alone
    for name in ("draft.toml", "equipoise.toml"):
        (tmp_path / name).write_text((folder / name).read_text())
    done = run(tmp_path, "decide", "--full", "draft.toml", "--date", DAY, "--json")

    assert json.loads(done.stdout)["workloads"] == [workload]


def test_a_draft_stands_in_one_portfolio_with_a_workload_that_has_items(
    decided: Outcome, upstreams: dict[str, Upstream], tmp_path: Path
) -> None:
    folder = copied(decided, tmp_path)
    (folder / "draft.toml").write_text(DRAFT + GOES_TO_CHAT)
    before = {name: server.connections for name, server in upstreams.items()}
    done = run(folder, "decide", "draft.toml", "triage.toml", "--date", DAY, "--json")
    draft, triage = json.loads(done.stdout)["workloads"]

    assert done.returncode == 5, done.stderr
    assert (draft["workload"], triage) == ("answers", decided.record["workloads"][0])
    assert {name: server.connections for name, server in upstreams.items()} == before


def test_a_draft_puts_no_question_to_anybody_whose_key_is_set(
    decided: Outcome, upstreams: dict[str, Upstream], tmp_path: Path
) -> None:
    folder = copied(decided, tmp_path)
    (folder / "draft.toml").write_text(DRAFT + GOES_TO_CHAT)
    before = upstreams["chat"].connections
    done = run(folder, "decide", "draft.toml", "--date", DAY, **KEYS)

    assert done.returncode == 5, done.stderr
    assert upstreams["chat"].connections == before
    assert (
        "Next, for answers:\n  # write items.jsonl with 60 labelled requests; in the" in done.stderr
    )
    assert "  export CHAT_API_KEY=…" in done.stderr
    assert done.stderr.rstrip().endswith("equipoise decide draft.toml")


def test_a_person_reads_what_each_plan_costs_and_what_it_would_take(
    alone: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, _ = alone
    arguments = ("decide", str(folder / "draft.toml"), "--date", DAY)
    code, seen, _ = on_terminal(tmp_path, *arguments, stream="stdout")
    words = " ".join(plain(seen).split())

    assert code == 5
    assert "Undecided: this is a draft without items" in words
    assert "plan As is: gpt, $999 plan Open weights, hosted by a vendor: llama, $547" in words
    assert "needed llama would win with 85.0% of its answers accepted if gpt is just" in words


def test_lengths_beside_items_end_the_run_with_their_line(tmp_path: Path) -> None:
    write_lone(tmp_path)
    stated = '[requirements.lengths]\ninput_tokens = 9\noutput_tokens = 9\ncounted_by = "us"\n\n'
    change(tmp_path / "triage.toml", "[organisation]", f"{stated}[organisation]")
    done = run(tmp_path, "decide", "triage.toml")

    assert done.returncode == 3
    assert (
        "triage.toml:26: requirements.lengths: the lengths of a workload with items are counted, "
        "not stated. Take the table away, or task.items."
    ) in done.stderr
