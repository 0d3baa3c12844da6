"""The command `equipoise cost`, from a file or flags to the page; nobody is asked anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import on_terminal, plain
from tests.compose.command import run
from tests.compose.outcome import Outcome, copied
from tests.compose.test_drafts import DRAFT, WEIGHTS_GONE
from tests.compose.triage import DAY
from tests.compose.upstream import Upstream

EXPLORE = (
    *("cost", "explore", "--model", "llama-3.3-70b-instruct", "--hardware", "h100x4"),
    *("--against", "openai/gpt-5-mini", "--hosted", "groq/llama-3.3-70b-instruct"),
    *("--requests-per-month", "1000000", "--input-tokens", "1200", "--output-tokens", "300"),
    *("--date", DAY),
)
OWN = "own/llama-3.3-70b-instruct"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A folder with a draft, where there are no weights."""
    (tmp_path / "draft.toml").write_text(DRAFT)
    (tmp_path / "equipoise.toml").write_text(WEIGHTS_GONE)
    return tmp_path


def page_of(folder: Path, *arguments: str) -> dict[str, Any]:
    """The page as JSON."""
    done = run(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    page: dict[str, Any] = json.loads(done.stdout)
    return page


def test_a_draft_is_priced_from_its_lengths_without_weights(draft: Path) -> None:
    page = page_of(draft, "cost", "draft.toml", "--date", DAY)

    assert page["schema"] == "equipoise.cost/1"
    assert [row["candidate"] for row in page["candidates"]] == [
        "gpt",
        "llama",
        "own-llama",
        "small",
    ]
    assert {row["lengths"]["input"] for row in page["candidates"]} == {1850}
    assert list(page["inputs"]) == ["draft.toml", "equipoise", "genai-prices", "numpy"]
    assert not (draft / ".equipoise").exists()


def test_the_month_is_the_one_that_decide_states(draft: Path) -> None:
    page = page_of(draft, "cost", "draft.toml", "--date", DAY)
    decided = run(draft, "decide", "draft.toml", "--date", DAY, "--json")
    (workload,) = json.loads(decided.stdout)["workloads"]

    assert [row["monthly_usd"] for row in page["candidates"]] == [
        row["monthly_usd"] for row in workload["candidates"]
    ]


def test_what_a_journal_holds_counts_and_no_question_is_put(
    decided: Outcome, upstreams: dict[str, Upstream], tmp_path: Path
) -> None:
    folder = copied(decided, tmp_path)
    before = {name: server.connections for name, server in upstreams.items()}
    page = page_of(folder, "cost", "triage.toml", "--date", DAY)
    (workload,) = decided.record["workloads"]
    measured = {row["candidate"]: row for row in workload["candidates"] if row["items"]}
    found = {row["candidate"]: row for row in page["candidates"] if row["answers"]}

    assert found.keys() == measured.keys() != set()
    for name, row in found.items():
        assert row["accept_rate"] == measured[name]["rate"]
        assert row["per_accepted_usd"] == measured[name]["per_accepted_usd"]
    assert {name: server.connections for name, server in upstreams.items()} == before


def test_the_same_flags_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (run(tmp_path, *EXPLORE, "--json") for _ in range(2))

    assert first.stdout == second.stdout != ""
    assert list(tmp_path.iterdir()) == []


def test_flags_are_a_draft_like_any_other(tmp_path: Path) -> None:
    own = ("--engineers", "0.5", "--usd-per-hour", "10", "--figure", "retry_share=0")
    page = page_of(tmp_path, *EXPLORE, *own, "--figure", "reasoning_multiplier=1")
    by_id = {row["candidate"]: row for row in page["candidates"]}

    assert by_id["openai/gpt-5-mini"]["monthly_usd"] == pytest.approx(900)
    assert by_id[OWN]["costs"][1]["usd"] == pytest.approx(0.5 * 200_000 / 12)
    assert by_id[OWN]["costs"][0]["usd"] == pytest.approx(by_id[OWN]["machines"] * 7_300)
    assert page["answer"].startswith("Stay on the API, quality aside: $900 a month")


def test_a_pipe_gets_a_row_a_candidate_and_a_row_a_way(tmp_path: Path) -> None:
    done = run(tmp_path, *EXPLORE)
    header, *rows = (line.split("\t") for line in done.stdout.splitlines())

    assert header[:4] == ["candidate", "target", "way", "monthly_usd"]
    assert [row[2] for row in rows if row[0] == OWN] == [
        *("", "on_demand", "reserved", "spot", "leased", "bought")
    ]
    assert {len(row) for row in rows} == {len(header)}
    assert "\nNext: " in done.stderr


def test_a_person_reads_the_answer_the_ways_and_what_it_hangs_on(tmp_path: Path) -> None:
    code, seen, _ = on_terminal(tmp_path, *EXPLORE, stream="stdout")
    words = " ".join(plain(seen).split())

    assert code == 0
    assert "Stay on the API, quality aside: $954 a month for groq/llama-3.3-70b-instruct" in words
    assert f"{OWN}, over 36 months" in words
    assert "bought $45,854" in words
    assert "The answer changes when the API's price for a request rises above" in words
    assert "then the difference is" in words


def test_why_leads_from_a_figure_to_its_sources(tmp_path: Path) -> None:
    done = run(tmp_path, *EXPLORE, "--why", f"{OWN}.bought.machines", "--json")
    rows = {row["figure"]: row for row in json.loads(done.stdout)["rows"]}

    assert json.loads(done.stdout)["schema"] == "equipoise.cost.why/1"
    assert rows[f"{OWN}.purchase_price"]["source"]
    assert rows["requests_per_month"]["source"] == f"the flags, checked {DAY}"
    assert rows["server_share"]["depth"] == 1


def test_an_unknown_figure_ends_with_those_that_there_are(tmp_path: Path) -> None:
    done = run(tmp_path, *EXPLORE, "--why", OWN)

    assert done.returncode == 4
    assert f"There are: {OWN}.month, " in done.stderr
    assert "openai/gpt-5-mini.month" not in done.stderr


def test_the_chart_is_drawn_as_its_name_ends(tmp_path: Path) -> None:
    drawn = [run(tmp_path, *EXPLORE, "--chart", f"c.{kind}") for kind in ("svg", "png", "pdf")]
    svg = (tmp_path / "c.svg").read_text()

    assert [done.returncode for done in drawn] == [0, 0, 2]
    assert svg.startswith("<svg ")
    assert "you are here: 1,000,000" in svg
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--requests-per-month", "0"), 3, "the flags: requirements.volume.requests_per_month"),
        (("--hardware", "h100y"), 3, "no hardware 'h100y'. Did you mean"),
        (("--usd-per-hour", "20000"), 3, "usd_per_hour: 20000 is beyond"),
        (("--figure", "build_monts=2"), 3, "no figure is called 'build_monts'. Did you mean"),
        (("--figure", "build_months"), 2, "'build_months' is not NAME=VALUE"),
        (("--procurement", "stolen"), 2, "'stolen' is not one of"),
        (("--engineer-usd-per-year", "120"), 3, "engineer_usd_per_year: 120 is beyond"),
        (("--input-tokens", "nan"), 3, "should be a finite number"),
        (("--against", "openai/gpt-9"), 3, "no model 'gpt-9'"),
    ],
)
def test_what_cannot_be_meant_is_named(
    tmp_path: Path, more: tuple[str, ...], code: int, said: str
) -> None:
    done = run(tmp_path, *EXPLORE, *more)

    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_where_nothing_has_a_price_the_reason_is_the_answer(tmp_path: Path) -> None:
    lone = ("cost", "explore", "--model", "llama-3.3-70b-instruct", "--hardware", "l4")
    volume = ("--requests-per-month", "1000", "--input-tokens", "10", "--output-tokens", "5")
    done = run(tmp_path, *lone, *volume)

    assert done.returncode == 4
    assert "Llama 3.3 70B Instruct does not fit on NVIDIA L4" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("explor",), 2, "Did you mean 'explore'?"),
        (("none.toml",), 3, "none.toml: no such file"),
        (("explore", "--model", "x"), 2, "--requests-per-month"),
        (("--json",), 2, "Name a workload file"),
    ],
)
def test_a_word_that_is_neither_command_nor_file_is_named(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = run(tmp_path, "cost", *words)

    assert done.returncode == code
    assert said in done.stderr + done.stdout


def test_options_may_stand_before_the_file(draft: Path) -> None:
    done = run(draft, "cost", "--json", "draft.toml")

    assert done.returncode == 0, done.stderr
