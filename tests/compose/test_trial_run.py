"""`equipoise trial run`: verdicts, exit codes, what is written for continuous integration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
from tests.compose.shop import (
    ITEMS,
    by_model,
    json_of,
    paid,
    right,
    trial_run,
    write_shop,
    wrong,
)

from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

FLOOR = "quality_floor = 0.75"


def one_in_four_wrong(request: HttpRequest) -> Reply:
    """Wrong on every message of the slice `post`."""
    number = int(str(request.body["messages"][-1]["content"]).rpartition(" ")[2])
    return wrong(request) if number % 4 == 3 else right(request)


def named(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["candidate"]: row for row in report["candidates"]}


def test_as_good_as_the_incumbent_is_non_inferior_and_its_figures_are_the_verdicts(
    tmp_path: Path,
) -> None:
    with ScriptedUpstream(right).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        done = trial_run(tmp_path, "--json", "--fail-on", "inferior", "--fail-on", "undecided")
    report = json_of(done)
    rows = named(report)

    assert done.returncode == 0, done.stderr
    assert report["schema"] == "equipoise.trial_run/1"
    assert rows["old"]["verdict"] == "incumbent"
    assert rows["new"]["verdict"] == "non-inferior"
    assert rows["new"]["against_incumbent"]["items"] == ITEMS
    assert rows["new"]["against_incumbent"]["cost"]["ratio"]["high"] < 1
    assert rows["new"]["answers"]["accepted"] == ITEMS
    assert rows["new"]["per_success_usd"] == pytest.approx(0.000416)  # 1000 at 0.4, 10 at 1.6
    assert f"shop: {2 * ITEMS} of {2 * ITEMS} answers" in done.stderr


def elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a document with their attributes, as they begin."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, values: found.append((tag, values))
    parser.Parse(xml, True)
    return found


@pytest.fixture(scope="module")
def inferior(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any]:
    """A trial in which the new one fails in a slice, run with and without leave to."""
    folder = tmp_path_factory.mktemp("inferior")
    files = ("--junit", "out/trial.xml", "--markdown", "trial.md")
    bar = 'non_inferiority = { incumbent = "old", margin = 0.05 }'
    with ScriptedUpstream(by_model(old=right, new=one_in_four_wrong)).in_thread() as shop:
        write_shop(folder, shop.base_url, bar=bar)
        strict = trial_run(folder, "--fail-on", "inferior", *files)
        lenient = trial_run(folder)
        assert paid(shop).total() == 2 * ITEMS
    return folder, strict, lenient


def test_inferior_is_code_5_where_it_is_to_fail_and_0_elsewhere(
    inferior: tuple[Path, Any, Any],
) -> None:
    _, strict, lenient = inferior

    assert (strict.returncode, lenient.returncode) == (5, 0)
    assert "new is inferior to old at a margin of 5 points: −25.0 points" in strict.stderr


def test_what_answers_came_to_stands_before_the_verdict_and_slices_after_it(
    inferior: tuple[Path, Any, Any],
) -> None:
    _, _, lenient = inferior
    tables = [line.split("\t") for line in lenient.stdout.splitlines()]
    heads = [row for row in tables if row[0] == "candidate"]

    assert [row[1] for row in heads] == ["accepted", "cached", "verdict", "slice"]
    assert tables[2] == ["new", "30", "10", "0", "0", "0", "0", "0"]
    assert [row[1:3] for row in tables[10:]] == [["post", "inferior"], ["web", "undecided"]]


def test_junit_has_a_suite_a_candidate_and_a_case_a_slice(inferior: tuple[Path, Any, Any]) -> None:
    folder, _, _ = inferior
    found = elements((folder / "out/trial.xml").read_bytes())
    names = [values.get("name", "").partition(":")[0] for _, values in found]

    assert found[0][1] == {
        "name": "trial of shop",
        "tests": "3",
        "failures": "2",
        "skipped": "1",
    }
    assert [tag for tag, _ in found[2:]] == [
        *("testcase", "failure", "testcase", "failure", "testcase", "skipped")
    ]
    assert names[1:3] + names[4::2] == ["new", "verdict", "slice post", "slice web"]
    assert "new is inferior to old" in found[3][1]["message"]


def test_markdown_is_a_table_whatever_the_title_holds(inferior: tuple[Path, Any, Any]) -> None:
    folder, _, _ = inferior
    lines = (folder / "trial.md").read_text().splitlines()
    table = [line for line in lines if line.startswith("|")]

    assert lines[0] == "### Trial of Sort messages \\| of a shop"
    assert table[3].startswith("| new | ❌ inferior | 75.0% | 40 | 10 wrong |")
    assert any("new is inferior to old" in line for line in lines)
    assert len({line.count("|") for line in table[:4]}) == 1


@pytest.mark.parametrize(
    ("fail_on", "reply", "verdict", "code"),
    [
        ("inferior", right, "met", 0),
        ("undecided", one_in_four_wrong, "undecided", 5),
        ("inferior", wrong, "not met", 5),
    ],
)
def test_against_a_floor(
    fail_on: str,
    reply: Callable[[HttpRequest], Reply],
    verdict: str,
    code: int,
    tmp_path: Path,
) -> None:
    with ScriptedUpstream(by_model(old=right, new=reply)).in_thread() as shop:
        write_shop(tmp_path, shop.base_url, bar=FLOOR)
        done = trial_run(tmp_path, "--json", "--fail-on", fail_on)
    row = named(json_of(done))["new"]

    assert (row["verdict"], done.returncode) == (verdict, code), done.stderr
    assert (row["further_items"] is None) == (verdict != "undecided" or row["rate"] == 0.75)


def test_faults_of_form_refusals_and_failures_are_counted_apart(tmp_path: Path) -> None:
    def faulty(request: HttpRequest) -> Reply:
        number = int(str(request.body["messages"][-1]["content"]).rpartition(" ")[2])
        if number % 10 == 1:
            return chat_stream("no idea")
        if number % 10 == 2:
            return chat_stream("I'm sorry, but I can't help with that.")
        return error(400, "content filter") if number % 10 == 3 else right(request)

    with ScriptedUpstream(faulty).in_thread() as shop:
        write_shop(tmp_path, shop.base_url, bar=FLOOR)
        done = trial_run(tmp_path, "--json")
    row = named(json_of(done))["new"]

    assert done.returncode == 0, done.stderr
    assert row["answers"] == {
        "accepted": 28,
        "wrong": 0,
        "malformed": 4,
        "refused": 4,
        "error": 0,
        "failure": 4,
    }
    assert row["rate"] == 0.7


def test_a_budget_stops_before_it_is_exceeded_says_what_is_missing_and_goes_on(
    tmp_path: Path,
) -> None:
    with ScriptedUpstream(right).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        first = trial_run(tmp_path, "--json", "--budget-usd", "0.05")
        spent = paid(shop).total()
        second = trial_run(tmp_path, "--json")
        total = paid(shop)
    report = json_of(first)

    assert first.returncode == 5
    assert "the budget of 0.05 USD would be exceeded" in first.stderr
    assert "Missing answers: " in first.stderr
    assert 0.04 < report["spent_usd"] <= 0.05
    assert sum(report["missing"].values()) == 2 * ITEMS - spent
    assert "a fixed sample is judged when it is whole" in named(report)["new"]["sentence"]
    assert second.returncode == 0
    assert set(total.values()) == {1}


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("budget_usd = 0.02", "the budget of 0.02 USD would be exceeded"),
        ("budget_minutes = 0.0001", "the 0.0001 minutes of this run are over"),
    ],
)
def test_a_budget_may_stand_in_the_file_and_makes_no_other_plan(
    setting: str, reason: str, tmp_path: Path
) -> None:
    with ScriptedUpstream(right).in_thread() as shop:
        write_shop(tmp_path, shop.base_url, trial=setting)
        first = trial_run(tmp_path, "--json")
        write_shop(tmp_path, shop.base_url)
        second = trial_run(tmp_path, "--json")
        total = paid(shop)

    assert (first.returncode, second.returncode) == (5, 0)
    assert reason in json_of(first)["halted"]
    assert json_of(first)["plan"] == json_of(second)["plan"]
    assert set(total.values()) == {1}


def test_another_margin_is_another_journal_that_says_so_and_pays_nothing_again(
    tmp_path: Path,
) -> None:
    with ScriptedUpstream(right).in_thread() as shop:
        write_shop(tmp_path, shop.base_url)
        trial_run(tmp_path)
        write_shop(
            tmp_path, shop.base_url, bar='non_inferiority = { incumbent = "old", margin = 0.3 }'
        )
        done = trial_run(tmp_path, "--json")
        total = paid(shop)
    report = json_of(done)

    assert "This is another plan than that of " in done.stderr
    assert "(another bar)" in done.stderr
    assert len(list((tmp_path / ".equipoise/trials").glob("*.jsonl"))) == 2
    assert set(total.values()) == {1}
    assert named(report)["new"]["cached"] == ITEMS
    assert report["spent_usd"] == 0


def test_the_mean_of_repeats_is_what_an_item_counts(tmp_path: Path) -> None:
    def one_in_three(request: HttpRequest) -> Reply:
        return right(request) if request.body["seed"] % 3 == 1 else wrong(request)

    with ScriptedUpstream(by_model(old=one_in_three, new=right)).in_thread() as shop:
        write_shop(tmp_path, shop.base_url, bar=FLOOR, trial="repeats = 3")
        done = trial_run(tmp_path, "--json", "--items", "12")
        total = paid(shop)
    rows = named(json_of(done))

    assert done.returncode == 0, done.stderr
    assert set(total.values()) == {3}
    assert rows["old"]["against_floor"]["items"] == 12
    assert rows["old"]["against_floor"]["estimate"] == pytest.approx(1 / 3)
    assert (rows["old"]["verdict"], rows["new"]["verdict"]) == ("not met", "met")


def test_betting_stops_early_and_its_verdict_is_the_e_processs(tmp_path: Path) -> None:
    with ScriptedUpstream(by_model(old=right, new=wrong)).in_thread() as shop:
        write_shop(tmp_path, shop.base_url, trial='stopping = "betting"')
        done = trial_run(tmp_path, "--json")
        asked = paid(shop).total()
    row = named(json_of(done))["new"]

    assert done.returncode == 0, done.stderr
    assert row["verdict"] == "inferior"
    assert "Betting decided it at item " in row["sentence"]
    assert asked < 2 * ITEMS
    assert row["slices"] == []


def test_what_cannot_be_asked_is_said_before_anything_is(tmp_path: Path) -> None:
    file = write_shop(tmp_path, "http://127.0.0.1:9")
    wanted = trial_run(tmp_path, "--items", "41")
    both = trial_run(tmp_path, "--items", "20", "--full")
    lengths = "[requirements.lengths]\ninput_tokens = 9\noutput_tokens = 9\ncounted_by = 'me'\n"
    draft = file.read_text().replace('items = "items.jsonl"\n', "")
    file.write_text(draft.replace("[costs]", f"{lengths}\n[costs]"))
    nothing = trial_run(tmp_path)

    assert (wanted.returncode, both.returncode, nothing.returncode) == (3, 2, 3)
    assert "41 items are wanted, the file has 40" in wanted.stderr
    assert "a draft has no items" in nothing.stderr
    assert not (tmp_path / ".equipoise").exists()


def test_who_may_not_be_asked_is_unmeasured_and_nobody_judged_is_code_5(tmp_path: Path) -> None:
    with ScriptedUpstream(right).in_thread() as shop:
        file = write_shop(tmp_path, shop.base_url, bar=FLOOR)
        file.write_text(file.read_text().replace('"public"', '"restricted"'))
        done = trial_run(tmp_path, "--json")
        assert paid(shop).total() == 0
    row = named(json_of(done))["new"]

    assert done.returncode == 5
    assert row["verdict"] == "unmeasured"
    assert "restricted data may not go to" in row["sentence"]
