"""`equipoise trial verdict` as a user meets it: a file in, a sentence, a table or JSON out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.terminal import on_terminal, plain
from tests.compose.command import run

MARGIN = ("--margin", "0.05")
PAIR = ("--outcomes", "o.csv", "--candidate", "a", "--incumbent", "b", *MARGIN)


def outcomes(folder: Path, better: int, worse: int, alike: int, third: bool = False) -> Path:
    """A file in which only a, only b, or both passed; the odd half is of another slice."""
    kinds = [(1, 0)] * better + [(0, 1)] * worse + [(1, 1)] * alike
    lines = ["item,model,score,cost,latency_ms,slice"]
    for number, (ours, theirs) in enumerate(kinds):
        slice_ = "odd" if number % 2 else "even"
        lines.append(f"q{number},a,{ours},0.01,{200 + number % 50},{slice_}")
        lines.append(f"q{number},b,{theirs},0.05,{400 + number % 70},{slice_}")
        if third:
            lines.append(f"q{number},c,0,0.05,100,{slice_}")
    path = folder / "o.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("counts", "verdict", "code"),
    [
        ((60, 10, 230), "superior", 0),
        ((12, 11, 377), "non-inferior", 0),
        ((20, 120, 160), "inferior", 0),
        ((15, 16, 69), "undecided", 5),
    ],
)
def test_a_verdict_is_a_sentence_figures_and_an_exit_code(
    counts: tuple[int, int, int], verdict: str, code: int, tmp_path: Path
) -> None:
    outcomes(tmp_path, *counts)
    done = run(tmp_path, "trial", "verdict", *PAIR)
    rows = dict(line.split("\t", 1) for line in done.stdout.split("slice\t")[0].splitlines())

    assert done.returncode == code
    assert rows["verdict"] == verdict
    assert rows["only a passed"] == str(counts[0])
    assert rows["only b passed"] == str(counts[1])
    assert rows["method"].startswith("Tango's score interval")
    assert "Tango 1998" in rows["source"]
    assert "at a margin of 5 points" in done.stderr
    assert "Note: Read latency_ms as latency." in done.stderr
    assert "\nNext: " in done.stderr
    assert done.stdout.count("\neven\t") == done.stdout.count("\nodd\t") == 1


def test_json_holds_every_figure(tmp_path: Path) -> None:
    outcomes(tmp_path, 20, 120, 160)
    done = run(tmp_path, "trial", "verdict", *PAIR, "--sequential", "--every", "25", "--json")
    found = json.loads(done.stdout)

    assert found["schema"] == "equipoise.verdict/1"
    assert (found["verdict"], found["items"]) == ("inferior", 300)
    assert found["difference"] == pytest.approx(-1 / 3)
    assert found["interval_95"]["low"] < found["interval_90"]["low"] < found["difference"]
    assert found["cost"]["ratio"]["estimate"] == pytest.approx(0.01 / 180 / (0.05 / 280))
    assert found["latency"]["ratio"]["high"] < 0.7
    assert found["sequential"]["stopped_at"] % 25 == 0
    assert found["sequential"]["e_inferior"] >= 20
    assert [row["slice"] for row in found["slices"]] == ["even", "odd"]
    assert found["further_items_inferior"] == 0


def test_the_same_seed_gives_the_same_bytes_and_another_may_stop_elsewhere(tmp_path: Path) -> None:
    outcomes(tmp_path, 20, 120, 160)
    arguments = ("trial", "verdict", *PAIR, "--sequential", "--json")
    one, again, other = (
        run(tmp_path, *arguments, "--seed", seed).stdout for seed in ("1", "1", "2")
    )

    assert one == again
    stops = [json.loads(text)["sequential"]["stopped_at"] for text in (one, other)]
    assert stops[0] != stops[1]


def test_a_stream_says_where_it_stopped(tmp_path: Path) -> None:
    outcomes(tmp_path, 20, 120, 160)
    done = run(tmp_path, "trial", "verdict", *PAIR, "--sequential")

    assert "Betting stops at item " in done.stderr
    assert "of 300 items in the order of seed 1: inferior, with an e-value of" in done.stderr


@pytest.mark.parametrize("correction", ["holm", "e-bh", "none"])
def test_all_pairs_are_a_table_with_the_best_claims_first(correction: str, tmp_path: Path) -> None:
    outcomes(tmp_path, 60, 10, 230, third=True)
    arguments = ("--outcomes", "o.csv", "--all-pairs", "--correct", correction, *MARGIN)
    done = run(tmp_path, "trial", "verdict", *arguments)
    rows = [line.split("\t") for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert rows[0][:3] == ["candidate", "incumbent", "verdict"]
    assert rows[1][:3] == ["a", "c", "superior"]
    assert rows[-1][:3] == ["c", "a", "inferior"]
    assert len(rows) == 7
    assert "6 pairs at a margin of 5 points" in done.stderr


def test_all_pairs_as_json_are_rows_of_the_same_schema(tmp_path: Path) -> None:
    outcomes(tmp_path, 60, 10, 230, third=True)
    arguments = ("--outcomes", "o.csv", "--incumbent", "c", "--all-pairs", "--json", *MARGIN)
    found = json.loads(run(tmp_path, "trial", "verdict", *arguments).stdout)

    assert found["schema"] == "equipoise.verdict/1"
    assert [(row["candidate"], row["incumbent"]) for row in found["pairs"]] == [
        ("a", "c"),
        ("b", "c"),
    ]


def test_fail_on_turns_a_verdict_into_an_exit_code(tmp_path: Path) -> None:
    outcomes(tmp_path, 20, 120, 160, third=True)
    single = run(tmp_path, "trial", "verdict", *PAIR, "--fail-on", "inferior")
    many = ("--outcomes", "o.csv", "--all-pairs", *MARGIN)

    assert single.returncode == 5
    assert run(tmp_path, "trial", "verdict", *many, "--fail-on", "inferior").returncode == 5
    assert run(tmp_path, "trial", "verdict", *many, "--fail-on", "undecided").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--candidate", "a", *MARGIN), "Name a --candidate and an --incumbent"),
        (("--candidate", "a", "--incumbent", "a", *MARGIN), "are the same model"),
        (("--candidate", "a", "--incumbent", "b", "--every", "5", *MARGIN), "ask for both"),
        (("--all-pairs", "--candidate", "a", "--incumbent", "a", *MARGIN), "are the same model"),
        (("--all-pairs", "--margin", "nan"), "nan is no number"),
        (("--all-pairs", "--alpha", "nan", *MARGIN), "nan is no number"),
        (("--all-pairs", "--model", "a", *MARGIN), "names the columns of a --wide file"),
        (("--all-pairs", "--sequential", *MARGIN), "--sequential is for one pair"),
        (("--candidate", "a", "--incumbent", "b", "--correct", "e-bh", *MARGIN), "many pairs"),
        (("--candidate", "a", "--incumbent", "b", "--margin", "0"), "not in the range"),
        (("--candidate", "a", "--incumbent", "b", "--margin", "1"), "not in the range"),
        (("--all-pairs", "--score-range", "9:1", *MARGIN), "is no range; write such as 0:10"),
        (("--all-pairs", "--score-range", "0-10", *MARGIN), "is no range; write such as 0:10"),
        (("--all-pairs", "--column", "points=x", *MARGIN), "write ROLE=NAME, with a role of item"),
        (("--candidate", "a", "--incumbent", "b"), "Missing option '--margin'"),
    ],
)
def test_a_wrong_command_line_is_said_so(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    outcomes(tmp_path, 1, 1, 1)
    done = run(tmp_path, "trial", "verdict", "--outcomes", "o.csv", *arguments)

    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_bad_rows_and_unknown_models_have_exit_codes_of_their_own(tmp_path: Path) -> None:
    outcomes(tmp_path, 1, 1, 1)
    (tmp_path / "bad.csv").write_text("item,model,score\nq1,a,7\nq1,b,x\n")
    bad = run(tmp_path, "trial", "verdict", "--outcomes", "bad.csv", *PAIR[2:])
    unknown = run(tmp_path, "trial", "verdict", *PAIR[:2], "--candidate", "aa", *PAIR[4:], "--json")

    assert bad.returncode == 3
    assert "bad.csv:2: score: 7 lies outside 0 to 1." in bad.stderr
    assert "bad.csv:3: score: 'x' is no number." in bad.stderr
    assert unknown.returncode == 4
    assert json.loads(unknown.stdout)["error"]["hint"] == "Did you mean 'a'?"


def test_a_score_range_and_columns_by_hand_are_taken(tmp_path: Path) -> None:
    lines = [f"q{k},{m},{(k * 7 + (m == 'a') * 2) % 11}" for k in range(60) for m in "ab"]
    (tmp_path / "o.csv").write_text("\n".join(["id,who,points", *lines]) + "\n")
    named = ("--column", "model=who", "--column", "score=points", "--score-range", "0:10")
    done = run(tmp_path, "trial", "verdict", *PAIR, *named, "--json")

    assert done.returncode in {0, 5}
    assert json.loads(done.stdout)["only_candidate"] is None


def test_a_column_a_model_is_read_on_request(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("id,a,b\n" + "".join(f"q{k},1,{k % 2}\n" for k in range(40)))
    done = run(tmp_path, "trial", "verdict", *PAIR, "--wide", "--json")

    assert json.loads(done.stdout)["verdict"] == "superior"


def test_undecided_points_to_a_fresh_sample_and_warns_of_adding_to_this_one(tmp_path: Path) -> None:
    outcomes(tmp_path, 15, 16, 69)
    done = run(tmp_path, "trial", "verdict", *PAIR)

    assert "\nNext: a fresh sample of about 1,19" in done.stderr
    assert "--sequential" in done.stderr
    assert "Adding items to these" in done.stderr
    assert "run the same command again" not in done.stderr


def test_of_one_item_no_number_is_named_anywhere(tmp_path: Path) -> None:
    outcomes(tmp_path, 1, 0, 0)
    done = run(tmp_path, "trial", "verdict", *PAIR)

    assert "never" not in done.stdout
    assert "no number can be named" in done.stdout
    assert "no number of items can be named" in done.stderr
    assert "\nNext: a fresh sample, judged once" in done.stderr


def test_clusters_and_weights_are_taken_from_the_command_line_and_file(tmp_path: Path) -> None:
    lines = [
        f"q{k},{m},{int((k * 7 + (m == 'a')) % 5 > 0)},c{k // 3},{1 + k % 4}"
        for k in range(90)
        for m in "ab"
    ]
    (tmp_path / "o.csv").write_text("\n".join(["item,model,score,cluster,weight", *lines]) + "\n")
    bounded = ("--sequential", "--largest-cluster", "5")
    done = run(tmp_path, "trial", "verdict", *PAIR, *bounded, "--json")
    found = json.loads(done.stdout)

    assert found["weighted"] is True
    assert found["sequential"]["target"] == "mean over items, weights left out"
    assert "on whole clusters of 5 items at most" in found["sequential"]["method"]


def test_a_person_sees_tables_and_that_undecided_is_an_answer(tmp_path: Path) -> None:
    outcomes(tmp_path, 15, 16, 69)
    code, seen, words = on_terminal(tmp_path, "trial", "verdict", *PAIR, stream="stdout")

    assert code == 5
    assert "items of a fresh sample to prove it non-inferior" in plain(seen)
    assert "Undecided is an answer" in words
