"""Files of outcomes: every format, every usual spelling, and every bad row named with its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pytest
from tests.trials.outcomes.tables import order, problems_of, read_outcomes, write

from equipoise.errors import ConfigurationError
from equipoise.trials.outcomes.cells import ScoreRange
from equipoise.trials.outcomes.columns import ALIASES, SECONDS

ROWS = [
    {"item": "q1", "model": "a", "score": True, "cost": 0.5, "latency_ms": 250},
    {"item": "q1", "model": "b", "score": False, "cost": 1.5, "latency_ms": 900},
    {"item": "q2", "model": "a", "score": None, "cost": 0.5, "latency_ms": None},
    {"item": "q2", "model": "b", "score": True, "cost": None, "latency_ms": 800},
]
TABLE = [
    "item,model,score,cost,latency_ms",
    "q1,a,true,0.5,250",
    "q1,b,false,1.5,900",
    "q2,a,,0.5,",
    "q2,b,true,,800",
]


def written(folder: Path, name: str) -> Path:
    path = folder / name
    text = "\n".join(TABLE) + "\n"
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    if name.endswith(".parquet"):
        source = write(folder, *TABLE, name="source.csv")
        duckdb.read_csv(str(source)).write_parquet(str(path))
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress((lines if "jsonl" in name else text).encode()))
    elif name.endswith((".jsonl", ".ndjson")):
        path.write_text(lines)
    else:
        path.write_text("\ufeff" + text.replace(",", "\t") if name.endswith("tsv") else text)
    return path


@pytest.mark.parametrize(
    "name", ["o.csv", "o.tsv", "o.jsonl", "o.ndjson", "o.csv.gz", "o.jsonl.gz", "o.parquet"]
)
def test_every_format_says_the_same(name: str, tmp_path: Path) -> None:
    found = read_outcomes(order(written(tmp_path, name)))

    assert found.models == ["a", "b"]
    assert found.answers["a"]["q1"].mean == 1.0
    assert found.answers["b"]["q1"].mean == 0.0
    assert found.answers["b"]["q1"].seconds == pytest.approx(0.9)
    assert found.answers["b"]["q2"].cost is None
    assert "q2" not in found.answers["a"]
    assert found.unmeasured == {"a": 1}


@pytest.mark.parametrize(
    ("role", "spelling"),
    [(role, spelling) for role, spellings in ALIASES.items() for spelling in spellings],
)
def test_usual_spellings_are_taken_and_said(role: str, spelling: str, tmp_path: Path) -> None:
    names = {"item": "q1", "model": "a", "score": "1", "cost": "2", "slice": "s", "cluster": "c"}
    names |= {"repeat": "1", "weight": "2"}
    header = ",".join(spelling.upper() if name == role else name for name in names)
    found = read_outcomes(order(write(tmp_path, header, ",".join(names.values()))))

    assert found.answers["a"]["q1"].mean == 1.0
    assert f"Read {spelling.upper()} as {role}." in found.notes


@pytest.mark.parametrize(("name", "unit"), SECONDS.items())
def test_a_latency_is_read_in_the_unit_of_its_name(name: str, unit: float, tmp_path: Path) -> None:
    path = write(tmp_path, f"item,model,score,{name}", "q1,a,1,40")

    assert read_outcomes(order(path)).answers["a"]["q1"].seconds == pytest.approx(40 * unit)


def test_a_latency_without_a_unit_is_left_out_and_said(tmp_path: Path) -> None:
    found = read_outcomes(order(write(tmp_path, "item,model,score,latency,x", "q1,a,1,40,7")))

    assert found.answers["a"]["q1"].seconds is None
    assert any("latency_ms or latency_s" in note for note in found.notes)
    assert "Not read: x." in found.notes


def test_a_column_can_be_named_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path, "item,model,score,points,took", "q1,a,0,1,3")
    columns = {"score": "points", "latency": "took"}
    found = read_outcomes(order(path, columns=columns))

    assert found.answers["a"]["q1"].mean == 1.0
    assert found.answers["a"]["q1"].seconds == 3.0
    assert "took is taken to be in seconds." in found.notes


@pytest.mark.parametrize(
    ("text", "score"),
    [("TRUE", 1.0), ("no", 0.0), ("passed", 1.0), ("Incorrect", 0.0), ("0.25", 0.25), ("1.0", 1.0)],
)
def test_scores_may_be_words_or_numbers(text: str, score: float, tmp_path: Path) -> None:
    path = write(tmp_path, "item,model,score", f"q1,a,{text}")

    assert read_outcomes(order(path)).answers["a"]["q1"].mean == score


def test_scores_of_another_range_are_moved_onto_zero_to_one(tmp_path: Path) -> None:
    path = write(tmp_path, "item,model,score", "q1,a,4", "q1,b,1")
    found = read_outcomes(order(path, scale=ScoreRange(1, 5)))

    assert found.answers["a"]["q1"].mean == 0.75
    assert found.answers["b"]["q1"].mean == 0.0


def test_repeats_are_averaged(tmp_path: Path) -> None:
    rows = ["q1,a,1,1,10", "q1,a,0,2,20", "q1,b,1,1,5"]
    found = read_outcomes(order(write(tmp_path, "item,model,score,repeat,cost", *rows)))

    assert (found.answers["a"]["q1"].mean, found.answers["a"]["q1"].cost) == (0.5, 30.0)
    assert "Up to 2 repeats of an item are averaged; the item is the unit." in found.notes


def test_every_bad_row_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "item,model,score,cluster,cost",
        "q1,a,1,x,1",
        "q1,a,0,x,1",
        "q1,b,2,y,1",
        '"q2\n",a,NaN,z,1',
        ",b,1,x,1",
        "q3,,1,x,1",
        "q4,b,maybe,,−1",
        "q5,b,1,v,-1",
    )

    repeats = "Give repeats a column `repeat`, or leave one of the rows out."
    scale = "Say --score-range LOW:HIGH for scores of another range."
    empty = "leave the cell empty where none was measured"

    assert problems_of(order(path)) == [
        f"outcomes.csv:3: q1: a answered it on line 2 already. {repeats}",
        "outcomes.csv:4: cluster: q1 is of 'x' in rows above, here 'y'.",
        f"outcomes.csv:4: score: 2 lies outside 0 to 1. {scale}",
        f"outcomes.csv:5: score: NaN is no finite number; {empty}.",
        "outcomes.csv:7: item: is empty.",
        "outcomes.csv:8: model: is empty.",
        "outcomes.csv:9: cluster: is empty. Give an item of no cluster one of its own.",
        "outcomes.csv:9: score: 'maybe' is no number.",
        "outcomes.csv:9: cost: '−1' is no number.",
        "outcomes.csv:10: cost: -1 is below 0.",
    ]


def test_of_hundreds_of_bad_rows_the_rest_are_listed_by_line(tmp_path: Path) -> None:
    rows = [f"q{k},a,9" for k in range(150)]
    said = problems_of(order(write(tmp_path, "item,model,score", *rows)))

    assert len(said) == 101
    assert said[-1].endswith("50 more rows cannot be taken in either: lines 102–151.")


def test_a_missing_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (said,) = problems_of(order(write(tmp_path, "item,mdl,score", "q1,a,1")))
    (other,) = problems_of(order(write(tmp_path, "item,model,grade", "q1,a,1")))

    assert said.startswith("outcomes.csv:1: model: there is no column model (nor ")
    assert said.endswith("there are item, mdl, score. Did you mean --column model=mdl?")
    assert other.endswith("Name it score, or say --column score=NAME.")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "there is no column item"),
        (("item,model,score",), "holds no row with a score"),
        (("item,model,score", "q1,a,"), "holds no row with a score"),
        (("item,item,model,score", "q1,q1,a,1"), "is the name of two columns"),
        (("item,model,score", "q1,a"), "has 2 cells where the header has 3"),
        (("item,model,score", '"q1,a,1'), "is no table"),
    ],
)
def test_broken_tables_are_refused(lines: tuple[str, ...], said: str, tmp_path: Path) -> None:
    assert said in problems_of(order(write(tmp_path, *lines)))[0]


def test_files_of_no_or_broken_format_are_refused(tmp_path: Path) -> None:
    names = ["o.csv.gz", "o.parquet", "o.csv", "o.xlsx", "gone.csv"]
    for name in names[:4]:
        (tmp_path / name).write_bytes(b"\xff\xfe\x00broken")
    said = [problems_of(order(tmp_path / name))[0] for name in names]
    lines = problems_of(order(write(tmp_path, "{", "[1]", "", name="o.jsonl")))

    assert "cannot be read: Not a gzipped file" in said[0]
    assert "is no Parquet file" in said[1]
    assert said[2].startswith("o.csv:1: cannot be read as text: byte 0xff at place 1")
    assert "ends in none of .csv, .tsv" in said[3]
    assert "is no file that is there" in said[4]
    assert ["is no JSON:" in lines[0], "is no JSON object" in lines[1]] == [True, True]


def test_rows_that_no_parser_takes_are_named_beside_those_with_bad_cells(tmp_path: Path) -> None:
    deep = '{"item": "q1", "model": "a", "score": ' + "[" * 100_000 + "]" * 100_000 + "}"
    long = '{"item": "q2", "model": "a", "score": ' + "9" * 5000 + "}"
    bad = '{"item": "q3", "model": "a", "score": 7}'
    good = '{"item": "q4", "model": "a", "score": 1}'
    lines = problems_of(order(write(tmp_path, deep, long, bad, good, name="o.jsonl")))
    ragged = problems_of(order(write(tmp_path, "item,model,score", "q1,a", "q2,a,x", "q3,a,1")))

    assert [line.partition(": ")[2].partition(".")[0] for line in lines] == [
        "is nested too deep to be read",
        "holds a whole number of too many digits to be read",
        "score: 7 lies outside 0 to 1",
    ]
    assert ragged == [
        "outcomes.csv:2: has 2 cells where the header has 3.",
        "outcomes.csv:3: score: 'x' is no number.",
    ]


def test_a_quote_that_is_never_closed_is_named_by_the_line_it_opens_on(tmp_path: Path) -> None:
    said = problems_of(order(write(tmp_path, "item,model,score", "q1,a,x", '"q2,a,1', "q3,a,1")))

    assert said[0] == "outcomes.csv:2: score: 'x' is no number."
    assert said[1].startswith("outcomes.csv:3: is no table: a quote that opens here is not closed")


def test_packed_bytes_that_were_damaged_are_a_broken_file(tmp_path: Path) -> None:
    text = "\n".join(["item,model,score", *(f"q{k},a,{k % 2}" for k in range(4000))])
    packed = bytearray(gzip.compress(text.encode()))
    cut = bytes(packed[: len(packed) // 2])
    packed[len(packed) // 2] ^= 0xFF
    for name, content in (("o.csv.gz", bytes(packed)), ("cut.csv.gz", cut)):
        (tmp_path / name).write_bytes(content)
        said = problems_of(order(tmp_path / name))
        assert any("cannot be read" in line or "is no" in line for line in said)


def test_every_line_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_bytes("item,model,score\nqé,a,1\nq2,a,1\nü,a,0\n".encode("latin-1"))

    said = "cannot be read as text: byte 0x{} at place {} of the line is no UTF-8. Write UTF-8."
    assert problems_of(order(path)) == [
        f"o.csv:2: {said.format('e9', 2)}",
        f"o.csv:4: {said.format('fc', 1)}",
    ]


def test_thousands_of_bad_rows_are_told_in_few_words(tmp_path: Path) -> None:
    rows = [f"q{k},a" if k % 2 else f"q{k},a,1" for k in range(20_000)]
    said = problems_of(order(write(tmp_path, "item,model,score", *rows)))

    assert len(said) == 101
    assert "9900 more rows" in said[-1]
    assert said[-1].endswith(" and later ones.")
    assert len(said[-1]) < 400


def test_what_cannot_be_printed_is_shown_escaped_and_cut(tmp_path: Path) -> None:
    rows = [f"q1,a,\x1b[31m{'9' * 500}", "q1\x07,a,2", "q1\x07,a,1"]
    said = problems_of(order(write(tmp_path, "item,model,score", *rows)))

    assert said[0].startswith("outcomes.csv:2: score: '\\x1b[31m999")
    assert "…" in said[0]
    assert len(said[0]) < 130
    assert said[2].startswith("outcomes.csv:4: q1\\x07: a answered it on line 3 already")


@pytest.mark.parametrize("name", ["o*x.parquet", "o[1].parquet", "o?.parquet"])
def test_a_name_is_no_pattern_of_names(name: str, tmp_path: Path) -> None:
    for model, file in (("a", name), ("b", "oAx.parquet"), ("c", "o1.parquet")):
        source = write(tmp_path, "item,model,score", f"q1,{model},1", name="source.csv")
        duckdb.read_csv(str(source)).write_parquet(str(tmp_path / "plain.parquet"))
        (tmp_path / "plain.parquet").rename(tmp_path / file)

    assert read_outcomes(order(tmp_path / name)).models == ["a"]


def test_a_weight_is_that_of_an_item_above_0_and_1_where_none_is_said(tmp_path: Path) -> None:
    rows = ["q1,a,1,4", "q1,b,0,4", "q2,a,1,", "q2,b,1,"]
    found = read_outcomes(order(write(tmp_path, "item,model,score,weight", *rows)))
    bad = ["q1,a,1,4", "q1,b,0,5", "q2,a,1,0", "q3,a,1,x"]

    assert found.weights == {"q1": 4.0, "q2": 1.0}
    assert problems_of(order(write(tmp_path, "item,model,score,weight", *bad))) == [
        "outcomes.csv:3: weight: q1 weighs 4 in rows above, here 5.",
        "outcomes.csv:4: weight: 0 is not above 0.",
        "outcomes.csv:5: weight: 'x' is no number.",
    ]


def test_a_column_a_model_is_read_on_request(tmp_path: Path) -> None:
    rows = ["q1,x,hm,2,1,0", "q2,y,so,1,true,", "q3,x,oh,3,0,1"]
    path = write(tmp_path, "id,task,note,weight,a,b", *rows)
    found = read_outcomes(order(path, [], [], wide=True))

    assert found.models == ["a", "b"]
    assert found.slices == {"q1": "x", "q2": "y", "q3": "x"}
    assert found.weights == {"q1": 2.0, "q2": 1.0, "q3": 3.0}
    assert found.unmeasured == {"a": 0, "b": 1}
    assert found.clusters == {}
    assert found.notes == [
        "Read id as item, task as slice, weight as weight.",
        "No models: note.",
        "Models: a, b.",
    ]


def test_of_a_column_a_model_bad_cells_and_items_twice_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "item,a,b", "q1,1,0", "q1,1,x")

    assert problems_of(order(path, wide=True)) == [
        "outcomes.csv:3: q1: is an item on line 2 already.",
        "outcomes.csv:3: b: 'x' is no number.",
    ]


def test_one_bad_cell_costs_no_model_in_silence_and_no_other_number_makes_one(
    tmp_path: Path,
) -> None:
    rows = [f"q{k},0.{k + 10},{k % 2},{1 if k != 7 else 'N/A'},{k}" for k in range(40)]
    path = write(tmp_path, "item,difficulty,a,b,turns", *rows)
    (said,) = problems_of(order(path, [], [], all_pairs=True, wide=True))
    found = read_outcomes(order(path, wide=True, models=("a", "difficulty")))
    (slip,) = problems_of(
        order(write(tmp_path, "a,b", *(["1,0"] * 30), "1,7"), [], [], all_pairs=True, wide=True)
    )

    assert said.startswith("outcomes.csv:9: b: 'N/A' is no number. Mend it, or name the columns")
    assert found.models == ["difficulty", "a"]
    assert slip.startswith("outcomes.csv:32: b: 7 lies outside 0 to 1.")


def test_columns_that_are_named_models_must_be_there_and_be_scores(tmp_path: Path) -> None:
    path = write(tmp_path, "item,a,b", "q1,1,0", "q2,x,1")
    said = problems_of(order(path, wide=True, models=("a", "c")))

    assert said == [
        "outcomes.csv:1: c: is no column. There are: item, a, b.",
        "outcomes.csv:3: a: 'x' is no number.",
    ]
    assert (
        "has no column of yes or no"
        in problems_of(
            order(write(tmp_path, "item,a", "q1,0.5"), [], [], all_pairs=True, wide=True)
        )[0]
    )


def test_a_column_that_was_named_by_hand_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path, "item,a,b", "q1,1,0")

    assert "no column grp" in problems_of(order(path, wide=True, columns={"slice": "grp"}))[0]


def test_rows_without_an_item_column_are_items_themselves(tmp_path: Path) -> None:
    found = read_outcomes(order(write(tmp_path, "a,b", "1,0", "1,1"), wide=True))

    assert list(found.answers["a"]) == ["row 2", "row 3"]


def test_the_error_counts_its_problems(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_outcomes(order(tmp_path / "gone.csv"))

    assert caught.value.message == "1 problem in the outcomes"


def test_every_spelling_is_in_the_reference() -> None:
    reference = Path(__file__).parents[3] / "docs" / "reference" / "commands.md"
    section = reference.read_text(encoding="utf-8").partition("### equipoise trial verdict")[2]
    section = section.partition("\n## ")[0]
    spellings = {*SECONDS, *ALIASES, *(name for names in ALIASES.values() for name in names)}

    assert {name for name in spellings if f"`{name}`" not in section} == set()
