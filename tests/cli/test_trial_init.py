"""`equipoise trial init`: what it makes of a log, and what it never writes or says."""

from __future__ import annotations

import json
import stat
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from tests.imports.lines import BATCH_OUTPUT, COMPLETION, jsonl

from equipoise.cli.trial_init import command
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.errors import ConfigurationError, NotFoundError

USAGE = {"prompt_tokens": 19, "completion_tokens": 2}


def call(number: int, *, model: str = "gpt-4.1-mini-2025-04-14", **other: Any) -> dict[str, Any]:
    """A call about the parcel of somebody whose address and card stand in it."""
    told = f"Parcel {number}: write to ann{number}@example.com. " + "Please. " * (number % 7)
    system = other.pop("system", "Sort it.")
    asked = [{"role": "system", "content": system}, {"role": "user", "content": told}]
    said = {"queue": ["billing", "delivery"][number % 2]}
    choices = [{"message": {"content": json.dumps(said)}, "finish_reason": "stop"}]
    response = {"id": f"c{number}", "model": model, "choices": choices, "usage": USAGE}
    return {
        "started_at": f"2026-11-{1 + number % 20:02d}T10:00:00Z",
        "seconds": 0.5,
        "metadata": {"slice": ["de", "en"][number % 2], "user_id": f"person-{number % 5}"},
        "request": {"model": model, "messages": asked},
        "response": response,
        **other,
    }


def run(folder: Path, *arguments: str, rows: Sequence[object] | None = None) -> Result:
    """Run the command on a log of these rows, 60 calls unless said otherwise."""
    log = folder / "calls.jsonl"
    log.write_bytes(jsonl(*(rows if rows is not None else [call(n) for n in range(60)])))
    words = [str(log), "--out", str(folder / "trial"), *arguments]
    return CliRunner().invoke(command, words, standalone_mode=False)


def items(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "trial" / "items.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def workload(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "trial" / "workload.toml").read_text())


def label(folder: Path) -> Path:
    """Give every item a right answer; returns the workload file."""
    rows = [{**row, "expected": {"queue": "billing"}} for row in items(folder)]
    (folder / "trial" / "items.jsonl").write_bytes(jsonl(*rows))
    return folder / "trial" / "workload.toml"


def test_a_log_becomes_a_trial_that_lacks_its_right_answers_only(tmp_path: Path) -> None:
    result = run(tmp_path, "--items", "20")
    with pytest.raises(ConfigurationError) as unlabelled:
        load_workload(tmp_path / "trial" / "workload.toml", load_settings(None))
    loaded = load_workload(label(tmp_path), load_settings(None))

    assert result.exception is None, result.output
    (problem,) = unlabelled.value.problems
    assert problem.reason == "missing here and in 19 more"
    assert (len(loaded.items), loaded.trial.items) == (20, 20)
    assert loaded.task.system == "Sort it."
    assert loaded.task.schema["properties"]["queue"]["enum"] == ["billing", "delivery"]


def test_the_incumbent_is_an_arm_that_need_not_be_asked_again(tmp_path: Path) -> None:
    run(tmp_path, "--margin", "0.1")
    incumbent, *others = workload(tmp_path)["candidates"]

    assert (incumbent["target"], incumbent["recorded"]) == (
        "openai/gpt-4.1-mini",
        "incumbent.jsonl",
    )
    assert workload(tmp_path)["requirements"]["non_inferiority"] == {
        "incumbent": "gpt-4.1-mini",
        "margin": 0.1,
    }
    assert others
    assert len((tmp_path / "trial" / "incumbent.jsonl").read_text().splitlines()) == 60


def test_what_the_incumbent_said_is_no_right_answer(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert {row["expected"] for row in items(tmp_path)} == {None}
    assert all(json.loads(row["incumbent_answer"])["queue"] for row in items(tmp_path))
    assert "To agree with them is never called quality." in result.stderr


def test_no_address_is_written_or_said(tmp_path: Path) -> None:
    system = "Ask boss@example.com. Sort it."
    result = run(tmp_path, rows=[call(n, system=system) for n in range(30)])
    written = [path.read_text() for path in (tmp_path / "trial").iterdir()]

    assert "example.com" not in "".join([*written, result.output])
    assert "Ask <EMAIL_1>. Sort it." in workload(tmp_path)["task"]["system"]
    assert "EMAIL        31" in result.stderr
    assert "Not found by any pattern: names" in result.stderr


def test_nothing_that_was_asked_is_said_by_the_command(tmp_path: Path) -> None:
    rows = [*(call(n) for n in range(30)), {"request": "Parcel", "response": {"Parcel": 1}}]
    result = run(tmp_path, rows=rows)

    assert "Parcel" not in result.output
    assert "calls.jsonl:31: the request is not JSON" in result.stderr


def test_only_their_owner_may_read_the_files(tmp_path: Path) -> None:
    run(tmp_path)
    files = list((tmp_path / "trial").iterdir())

    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_every_stratum_has_its_part_and_weights_put_the_rest_right(tmp_path: Path) -> None:
    rows = [call(n, metadata={"team": "small" if n < 3 else "large"}) for n in range(60)]
    run(tmp_path, "--items", "12", "--by", "metadata.team", rows=rows)
    found = items(tmp_path)
    counts = Counter(row["slice"] for row in found)

    assert counts == {"large": 11, "small": 1}
    weights = {row["slice"]: row.get("weight", 1) for row in found}
    assert weights == {"small": 3, "large": pytest.approx(57 / 11, abs=1e-5)}


def test_strata_that_have_no_item_are_counted_and_said(tmp_path: Path) -> None:
    rows = [call(n, metadata={"team": f"team {n % 40}"}) for n in range(120)]
    result = run(tmp_path, "--items", "12", "--by", "metadata.team", rows=rows)
    first = {row["slice"] for row in items(tmp_path)}
    made = json.loads(
        run(
            tmp_path,
            *("--items", "12", "--by", "metadata.team", "--seed", "2", "--force", "--json"),
            rows=rows,
        ).stdout
    )

    assert "28 more strata have no item" in result.stderr
    assert made["strata_undrawn"] == 28
    assert {row["weight"] for row in items(tmp_path)} == {10}
    assert {row["slice"] for row in items(tmp_path)} != first


def answered(number: int, told: str, answer: object) -> dict[str, Any]:
    """A call with this question and this answer, as JSON."""
    made = call(number)
    made["request"]["messages"][1]["content"] = told
    made["response"]["choices"][0]["message"]["content"] = json.dumps(answer)
    return made


def test_placeholders_are_no_list_of_allowed_words_and_answers_stay_json(tmp_path: Path) -> None:
    rows = [
        answered(
            n,
            f"T{n} from p{n}@mail.example",
            {"to": f"p{n}@mail.example", "card": 4111111111111111, "level": ["low", "high"][n % 2]},
        )
        for n in range(30)
    ]
    run(tmp_path, rows=rows)
    answer = workload(tmp_path)["task"]["answer"]

    assert answer == {"to": "string", "card": "string", "level": ["high", "low"]}
    for row in items(tmp_path):
        said = json.loads(row["incumbent_answer"])
        assert (said["to"], said["card"]) == ("<EMAIL_1>", "<CARD_1>")
        assert row["input"].endswith("from <EMAIL_1>")


def test_the_instruction_and_an_item_share_their_placeholders(tmp_path: Path) -> None:
    system = "Ask boss@example.com. Sort it."
    rows = [
        call(n, system=system)
        | {"request": {**call(n)["request"], "messages": messages(system, f"{n}: {told}")}}
        for n in range(20)
        for told in [f"boss@example.com or ann{n}@example.com"]
    ]
    run(tmp_path, rows=rows)

    assert "Ask <EMAIL_1>." in workload(tmp_path)["task"]["system"]
    assert all(row["input"].endswith("<EMAIL_1> or <EMAIL_2>") for row in items(tmp_path))


def messages(system: str, told: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": told}]


def test_slices_that_were_apart_stay_apart(tmp_path: Path) -> None:
    names = ["ann@example.com", "Ann@example.com", "bob@example.com", "<EMAIL_1>"]
    rows = [call(n, metadata={"customer": names[n % 4]}) for n in range(40)]
    result = run(tmp_path, "--by", "metadata.customer", rows=rows)
    found = Counter(row["slice"] for row in items(tmp_path))

    assert list(found.values()) == [10] * 4
    assert "example.com" not in "".join(found) + result.output


def test_the_name_of_a_log_goes_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log = tmp_path / "jane.roe@secret.jsonl"
    log.write_bytes(jsonl(*(call(n) for n in range(20))))
    unnamed = CliRunner().invoke(command, [log.name], standalone_mode=False)
    named = CliRunner().invoke(command, [log.name, "--name", "Parcels"], standalone_mode=False)
    written = [path.read_text() for path in tmp_path.glob("*/*")]
    titles = [
        tomllib.loads((tmp_path / folder / "workload.toml").read_text())
        for folder in ("trial", "Parcels")
    ]

    assert len(written) == 6
    assert "jane" not in "".join([*written, unnamed.output, named.output])
    assert [(row["name"], row["title"]) for row in titles] == [
        ("trial", "What gpt-4.1-mini answers"),
        ("parcels", "Parcels: what gpt-4.1-mini answers"),
    ]


@pytest.mark.parametrize("name", ["../x", ".x", "a\nb"])
def test_a_name_that_is_no_folder_s_needs_a_folder(name: str, tmp_path: Path) -> None:
    refused = CliRunner().invoke(command, ["x.jsonl", "--name", name], standalone_mode=False)
    taken = run(tmp_path, "--name", name)

    assert isinstance(refused.exception, click.BadParameter)
    assert taken.exception is None
    assert len(workload(tmp_path)["title"].splitlines()) == 1


def test_what_would_steer_a_terminal_is_shown(tmp_path: Path) -> None:
    rows = [call(n, metadata={"slice": "a\x1b[2J\u202eb"}) for n in range(20)]
    result = run(tmp_path, "--by", "slice", rows=rows)

    assert "a\\x1b[2J\\u202eb: 20" in result.stderr
    assert "\x1b" not in result.output


def test_the_same_log_and_seed_give_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    run(tmp_path, "--items", "20")
    first = items(tmp_path)
    run(tmp_path, "--items", "20", "--force")
    again = items(tmp_path)
    run(tmp_path, "--items", "20", "--force", "--seed", "2")

    assert first == again
    assert items(tmp_path) != first


def test_people_are_numbered_and_named_nowhere(tmp_path: Path) -> None:
    result = run(tmp_path)
    text = (tmp_path / "trial" / "items.jsonl").read_text()

    assert {row["cluster"] for row in items(tmp_path)} == {"c1", "c2", "c3", "c4", "c5"}
    assert "person-" not in text + result.output


def test_nothing_is_written_over_without_being_told_to(tmp_path: Path) -> None:
    run(tmp_path)
    label(tmp_path)
    refused = run(tmp_path)

    assert isinstance(refused.exception, ConfigurationError)
    assert [problem.reason for problem in refused.exception.problems] == ["is there already"] * 3
    assert {row["expected"]["queue"] for row in items(tmp_path)} == {"billing"}


def test_calls_that_are_no_item_are_counted_by_their_reason(tmp_path: Path) -> None:
    tools = call(100)
    tools["response"]["choices"][0]["message"] = {"content": None, "tool_calls": [{}]}
    longer = call(101)
    longer["request"]["messages"] *= 2
    rows = [*(call(n) for n in range(20)), call(0), {**call(1), "response": call(102)["response"]}]
    rows += [tools, longer, call(103, system="Other."), call(104, model="gpt-4.1"), BATCH_OUTPUT]
    made = json.loads(run(tmp_path, "--json", rows=rows).stdout)

    assert made["calls"] == len(rows)
    assert sum(made["left_out"].values()) == len(rows) - 20
    assert sorted(made["left_out"].values()) == [1] * 7


def test_answers_without_seconds_make_no_arm(tmp_path: Path) -> None:
    rows = [{key: value for key, value in call(n).items() if key != "seconds"} for n in range(20)]
    result = run(tmp_path, rows=rows)

    assert "recorded" not in workload(tmp_path)["candidates"][0]
    assert "no tokens or no seconds of 20 of them" in result.stderr


def test_text_answers_are_judged_as_text(tmp_path: Path) -> None:
    rows = [call(n, response={**COMPLETION, "id": f"c{n}"}) for n in range(20)]
    run(tmp_path, rows=rows)
    found = workload(tmp_path)["task"]
    rows_ = [{**row, "expected": "delivery"} for row in items(tmp_path)]
    (tmp_path / "trial" / "items.jsonl").write_bytes(jsonl(*rows_))

    assert (found["scorer"], "answer" in found) == ("normalised_text", False)
    assert load_workload(tmp_path / "trial" / "workload.toml", load_settings(None)).items


def test_a_model_that_nobody_knows_leaves_a_floor_and_no_incumbent(tmp_path: Path) -> None:
    result = run(tmp_path, rows=[call(n, model="in-house-7") for n in range(20)])
    loaded = load_workload(label(tmp_path), load_settings(None))

    assert loaded.incumbent is None
    assert loaded.requirements.quality_floor == 0.85
    assert "in-house-7 is no model of the catalog's" in result.stderr


def test_a_declared_class_is_written_and_an_undeclared_one_is_restricted(tmp_path: Path) -> None:
    run(tmp_path)
    undeclared = load_workload(label(tmp_path), load_settings(None)).data_class
    run(tmp_path, "--force", "--data-class", "internal")
    declared = load_workload(label(tmp_path), load_settings(None)).data_class

    assert (undeclared, declared) == ("restricted", "internal")


@pytest.mark.parametrize("count", [1, 9])
def test_a_log_of_too_few_questions_is_refused(count: int, tmp_path: Path) -> None:
    refused = run(tmp_path, rows=[call(n) for n in range(count)])

    assert isinstance(refused.exception, ConfigurationError)
    assert f"holds {count} different questions" in refused.exception.problems[-1].reason
    assert not (tmp_path / "trial").exists()


def test_a_log_too_short_says_what_became_of_its_other_lines(tmp_path: Path) -> None:
    longer = call(50)
    longer["request"]["messages"] *= 2
    bad: list[object] = [{"request": "x", "response": {}}] * 25
    refused = run(tmp_path, rows=[*(call(n) for n in range(5)), call(0), longer, *bad])

    assert isinstance(refused.exception, ConfigurationError)
    told = [str(problem) for problem in refused.exception.problems]
    assert len(told) == 20 + 4
    assert "calls.jsonl:8: the request is not JSON" in told[0]
    assert any("5 more bad lines" in line for line in told)
    assert any("left out: 1 that stand in the log twice" in line for line in told)
    assert any("left out: 1 that follow earlier turns" in line for line in told)


def test_what_is_not_found_is_said(tmp_path: Path) -> None:
    nobody = run(tmp_path, "--incumbent", "gpt-9")
    nothing = run(tmp_path, rows=[{"x": 1}])
    missing = CliRunner().invoke(command, [str(tmp_path / "none")], standalone_mode=False)

    assert isinstance(nobody.exception, NotFoundError)
    assert "gpt-4.1-mini" in nobody.exception.hint
    assert isinstance(nothing.exception, NotFoundError)
    assert "calls.jsonl:1: " in nothing.exception.hint
    assert isinstance(missing.exception, NotFoundError)
