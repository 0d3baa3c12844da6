"""Tables of points: what is read of a file, what never is, and what is said of the rest."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.compose.estimates.columns import FIGURES
from equipoise.compose.estimates.table import Answer, check_table, estimate_table
from equipoise.economics.throughput.rows import MEASURED
from equipoise.errors import ConfigurationError

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "throughput"
CONFIGURATION = {
    "id": "any",
    "backend": "sglang",
    "model_path": "deepseek-ai/DeepSeek-R1",
    "system": "h200_sxm",
    "precision": "fp8",
    "mode": "agg",
    "isl": "1024",
    "osl": "1024",
    "batch_size": "16",
    "tp_size": "8",
    "silicon_ttft_ms": "300",
    "silicon_tpot_ms": "20",
}
MEASUREMENT = {
    "model": "Llama-3.1-8B",
    "gpu": "RTX 4090",
    "precision": "Q4_K_M",
    "engine": "llama.cpp",
    "input_len": "1024",
    "output_len": "256",
    "concurrency": "1",
    "request_rate_rps": "",
    "ttft_ms": "90",
    "tpot_ms": "10",
}
LAYOUTS = [CONFIGURATION, MEASUREMENT]


class Quiet:
    """Nobody looks on."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say nothing."""


def write(path: Path, *rows: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def answers(path: Path) -> list[Answer]:
    return list(estimate_table(check_table(path), Quiet()))


def one(folder: Path, row: dict[str, str], **changed: str) -> Answer:
    row = {**row, **changed}
    (found,) = answers(write(folder / "one.csv", list(row), list(row.values())))
    return found


def refusal(path: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        check_table(path)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize("row", LAYOUTS)
def test_garbage_in_measured_columns_changes_no_estimate(
    row: dict[str, str], tmp_path: Path
) -> None:
    whole = {**row, **dict.fromkeys(MEASURED, "1")}
    expected = one(tmp_path, row).estimate

    assert expected is not None
    for garbage in ("-1", "1e300", "nan", "NaN ms", "", "x" * 9_999, '","'):
        assert one(tmp_path, whole, **dict.fromkeys(MEASURED, garbage)).estimate == expected


@pytest.mark.parametrize("name", ["silicon_points.csv", "measurements.csv"])
def test_published_tables_are_estimated_alike_whatever_they_say_was_measured(
    name: str, tmp_path: Path
) -> None:
    if not (BESIDE / name).is_file():
        pytest.skip(f"the measurements are not part of the project: ../shared has no {name}")
    with (BESIDE / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    measured = [at for at, column in enumerate(header) if column in MEASURED]
    draw = random.Random(1)
    mutated = [list(row) for row in rows]
    for row in mutated:
        for at in measured:
            row[at] = draw.choice(["", "0", "-3", "fast", str(draw.random() * 1e6)])
    first = answers(BESIDE / name)
    second = answers(write(tmp_path / name, header, *mutated))

    assert [row.cells for row in first] == [tuple(row) for row in rows]
    assert [row.estimate for row in first] == [row.estimate for row in second]
    assert [row.reason for row in first] == [row.reason for row in second]
    assert sum(row.estimate is not None for row in first) > len(rows) / 2


def test_a_column_that_has_the_name_of_an_added_one_is_kept_as_measured(tmp_path: Path) -> None:
    row = {**MEASUREMENT, "measured_tpot_ms": "11", "reason": "mine", " tpot_ms_p10 ": "9"}
    table = check_table(write(tmp_path / "t.csv", list(row), list(row.values())))
    (found,) = estimate_table(table, Quiet())
    kept = dict(zip(table.columns, found.cells, strict=False))

    assert table.columns[-10:] == (*FIGURES, "reason")
    assert len(set(table.columns)) == len(table.columns)
    assert kept["measured_measured_tpot_ms"] == "10"
    assert kept["measured_tpot_ms"] == "11"
    assert kept["measured_reason"] == "mine"
    assert kept["measured_tpot_ms_p10"] == "9"
    assert kept["measured_ttft_ms"] == "90"


@pytest.mark.parametrize("row", LAYOUTS)
def test_columns_may_stand_in_any_order_beside_any_others(
    row: dict[str, str], tmp_path: Path
) -> None:
    shuffled = {"": "0", "städte": "Köln\nBonn", **dict(reversed(row.items())), "x": " y "}
    found = one(tmp_path, shuffled)

    assert found.cells == tuple(shuffled.values())
    assert found.estimate == one(tmp_path, row).estimate


@pytest.mark.parametrize(
    ("row", "changed", "said"),
    [
        (MEASUREMENT, {"input_len": "-5"}, "input_len is -5, which has to be not below 0"),
        (MEASUREMENT, {"output_len": "0"}, "output_len is 0, which has to be above 0"),
        (MEASUREMENT, {"input_len": "128 tokens"}, "input_len is '128 tokens'"),
        (MEASUREMENT, {"input_len": "2e12"}, "input_len is 2e12, more than 1,000,000,000"),
        (MEASUREMENT, {"concurrency": "0"}, "concurrency is 0, which has to be above 0"),
        (MEASUREMENT, {"concurrency": "0.25"}, "concurrency is 0.25, less than one request"),
        (MEASUREMENT, {"model": "nosuch"}, "nosuch"),
        (CONFIGURATION, {"batch_size": "-1"}, "batch_size is -1"),
        (CONFIGURATION, {"tp_size": "1e9"}, "tp_size is 1e9, more than 100,000"),
        (CONFIGURATION, {"system": "abacus"}, "abacus"),
    ],
)
def test_a_row_without_an_estimate_says_why(
    row: dict[str, str], changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    found = one(tmp_path, row, **changed)

    assert found.estimate is None
    assert said in found.reason
    assert found.cells == tuple({**row, **changed}.values())


def test_requests_that_pile_up_have_figures_and_a_reason_for_the_one_that_is_missing(
    tmp_path: Path,
) -> None:
    found = one(tmp_path, MEASUREMENT, concurrency="", request_rate_rps="1000")

    assert found.estimate is not None
    assert (found.estimate.ttft_ms, found.estimate.tpot_ms > 0) == (None, True)
    assert "arrive faster than they are answered" in found.reason


def test_more_cells_than_the_header_has_are_kept_in_the_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        list(MEASUREMENT),
        [*MEASUREMENT.values(), "more", "x,y"],
        list(MEASUREMENT.values())[:7],
        [],
        list(MEASUREMENT.values()),
    )
    longer, shorter, right = answers(path)

    assert longer.estimate is None
    assert "12 cells and the header 10: 'more', 'x,y'" in longer.reason
    assert longer.cells == tuple(MEASUREMENT.values())
    assert shorter.cells == (*list(MEASUREMENT.values())[:7], "", "", "")
    assert shorter.estimate == right.estimate is not None
    assert [longer.line, shorter.line, right.line] == [2, 3, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "t.csv: is empty"),
        (b"\n\n", "t.csv: is empty"),
        (b"model,gpu,input_len,output_len,concurrency\n", "t.csv: has a header and no rows"),
        (b"model;gpu;input_len\na;b;c\n", "t.csv:1: separates its columns by semicolons"),
        (b"model\tgpu\na\tb\n", "t.csv:1: separates its columns by tabs"),
        (b'{"a": 1}\n', "t.csv:1: has the columns of neither layout"),
        (b"model,gpu,model\n1,2,3\n", "t.csv:1: has the column 'model' more than once"),
        (b"PK\x03\x04\xff\xfe\n", "t.csv:1: is not UTF-8 text"),
        (b"mo\0del,gpu\n1,2\n", "t.csv:1: is no text"),
        (b"model,gpu,input_len,output_len,rate\n1,2,3,4,5\n", "t.csv:1: concurrency or"),
        (b"isl,osl,system,batch_size\n1,2,3,4\n", "t.csv:1: model_path: this column is missing"),
        (b"Model,gpu,input_len,output_len,concurrency\n", "t.csv:1: model: this column"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_its_line(
    content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    (problem, *_) = refusal(tmp_path / "t.csv")

    assert problem.startswith(f"{tmp_path}/{said}")


def test_a_column_that_is_almost_there_is_suggested(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", ["Model", "gpu", "input_tokens", "output_len", "concurrency"])
    problems = refusal(path)

    assert len(problems) == 2
    assert "Is 'Model' meant?" in problems[0]
    assert "Is 'input_tokens' meant?" in problems[1]


@pytest.mark.parametrize(
    ("spoilt", "line", "said"),
    [(b'"never closed\n', 4, "is no CSV"), (b"caf\xe9,,,\n", 4, "is not UTF-8 text")],
)
def test_what_is_wrong_below_is_found_before_the_first_row_is_answered(
    spoilt: bytes, line: int, said: str, tmp_path: Path
) -> None:
    row = list(MEASUREMENT.values())
    path = write(tmp_path / "t.csv", list(MEASUREMENT), row, row)
    path.write_bytes(path.read_bytes() + spoilt)

    assert refusal(path)[0].startswith(f"{path}:{line}: {said}")


def test_a_byte_order_mark_and_other_ends_of_lines_change_nothing(tmp_path: Path) -> None:
    row = list(MEASUREMENT.values())
    plain = write(tmp_path / "plain.csv", list(MEASUREMENT), row, row)
    expected = [(found.cells, found.estimate) for found in answers(plain)]
    for name, content in (
        ("marked", b"\xef\xbb\xbf" + plain.read_bytes()),
        ("unix", plain.read_bytes().replace(b"\r\n", b"\n")),
        ("mac", plain.read_bytes().replace(b"\r\n", b"\r")),
    ):
        (tmp_path / name).write_bytes(content)
        assert [(found.cells, found.estimate) for found in answers(tmp_path / name)] == expected


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    assert "is no file" in refusal(tmp_path)[0]


@pytest.mark.parametrize("row", LAYOUTS)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_two_cells_hold_the_other_rows_keep_their_estimates(
    row: dict[str, str], data: st.DataObject, tmp_path: Path
) -> None:
    numbers = st.one_of(st.integers(-3, 10**400), st.floats()).map(str)
    letters = st.text(st.characters(exclude_categories=["Cs"]))
    cells = st.one_of(letters, numbers, st.sampled_from(("TP0", "dp9 pp7", "1e308", "1e-300")))
    names = st.lists(st.sampled_from(sorted(row)), min_size=2, max_size=2)
    odd = {**row, **{name: data.draw(cells) for name in data.draw(names)}}
    rows = [list(row.values()), list(odd.values()), list(row.values())]
    first, middle, last = answers(write(tmp_path / "t.csv", list(row), *rows))

    assert first.estimate == last.estimate is not None
    assert middle.cells == tuple(odd.values())
    assert middle.estimate is not None or middle.reason
    if middle.estimate is not None:
        assert middle.estimate.tpot_ms > 0
        assert (middle.estimate.ttft_ms or 1.0) > 0


def test_a_long_table_is_answered_in_parts_and_says_how_far_it_is(tmp_path: Path) -> None:
    row = list(MEASUREMENT.values())
    path = write(tmp_path / "t.csv", list(MEASUREMENT), *[row] * 9_000)
    said: list[tuple[int, int]] = []

    class Told:
        def advance(self, label: str, done: int, total: int) -> None:
            assert label == "t.csv"
            said.append((done, total))

    assert len(list(estimate_table(check_table(path), Told()))) == 9_000
    assert said == [(4096, 9_000), (8192, 9_000), (9_000, 9_000)]
