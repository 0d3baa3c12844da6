"""Whatever an export holds and however it is cut, its sums are those of its rows, to the digit."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exports.tables import read, sums

Cells = dict[str, str]
COLUMNS = (
    "Timestamp", "model", "request_id", "team", "api_key_id", "input_tokens", "cached_tokens",
    "output_tokens", "cost", "shoe size", "x.y",
)  # fmt: skip
CONTAINERS = ("csv", "tsv", "lines", "array", "parquet")
names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=6)
costs = st.decimals(-(10**6), 10**9, places=12, allow_nan=False).map(lambda cost: f"{cost:f}")


@dataclass(frozen=True, slots=True)
class File:
    """Some of the rows in a container, its columns in an order of its own."""

    rows: tuple[int, ...]
    container: str
    seed: int


@st.composite
def cells(draw: st.DrawFn) -> Cells:
    """A row without its identity; what is cached lies within the input."""
    whole = draw(st.integers(0, 10**15))
    return {
        "Timestamp": f"2026-10-{draw(st.integers(1, 31)):02d}T0{draw(st.integers(0, 9))}:00:00Z",
        "model": draw(st.sampled_from(("gpt-5", "gpt-5-mini", "claude-sonnet-4-5"))),
        "team": draw(names),
        "api_key_id": draw(names),
        "input_tokens": str(whole),
        "cached_tokens": str(draw(st.integers(0, whole))),
        "output_tokens": str(draw(st.integers(0, 10**15))),
        "cost": draw(costs),
        "shoe size": draw(names),
        "x.y": draw(st.text(max_size=4).filter(lambda text: text.isascii() and "\0" not in text)),
    }


tables = st.lists(cells(), min_size=1, max_size=12).map(
    lambda rows: [{**row, "request_id": f"r{number}"} for number, row in enumerate(rows)]
)


@st.composite
def split(draw: st.DrawFn) -> tuple[list[Cells], list[File]]:
    """Rows and files that hold them all, some of them several times."""
    rows = draw(tables)
    numbers = st.integers(0, len(rows) - 1)
    parts = draw(st.lists(st.lists(numbers, min_size=1, max_size=9), max_size=2))
    cut = draw(numbers)
    everything = [list(range(cut)), list(range(cut, len(rows)))]
    files = [
        File(tuple(part), draw(st.sampled_from(CONTAINERS)), draw(st.integers(0, 99)))
        for part in (*everything, *parts)
        if part
    ]
    return rows, files


def content(rows: Sequence[Cells], file: File) -> bytes:
    """The bytes of a file that is no Parquet."""
    columns = random.Random(file.seed).sample(COLUMNS, len(COLUMNS))
    chosen = [{name: rows[number][name] for name in columns} for number in file.rows]
    if file.container == "array":
        return json.dumps(chosen).encode()
    if file.container == "lines":
        return "".join(f"{json.dumps(row)}\n" for row in chosen).encode()
    text = io.StringIO()
    delimiter = "\t" if file.container == "tsv" else ","
    writer = csv.DictWriter(text, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(chosen)
    return text.getvalue().encode()


def written(folder: Path, rows: Sequence[Cells], files: Sequence[File]) -> list[Path]:
    """The files on disk."""
    paths = []
    for number, file in enumerate(files):
        path = folder / f"{number} of {file.container}"
        if file.container == "parquet":
            lines = folder / "lines"
            lines.write_bytes(content(rows, File(file.rows, "lines", file.seed)))
            text = dict.fromkeys(COLUMNS, "VARCHAR")
            duckdb.read_json(str(lines), columns=text, format="nd").write_parquet(str(path))
        else:
            path.write_bytes(content(rows, file))
        paths.append(path)
    return paths


def added(rows: Sequence[Cells]) -> dict[str, int]:
    """The sums, by hand."""
    whole = sum(int(row["input_tokens"]) for row in rows)
    cached = sum(int(row["cached_tokens"]) for row in rows)
    return {
        "rows": len(rows),
        "requests": len(rows),
        "pico": int(sum(Decimal(row["cost"]) for row in rows) * 10**12),
        "input": whole - cached,
        "cached": cached,
        "output": sum(int(row["output_tokens"]) for row in rows),
    }


@given(split())
@settings(max_examples=40, deadline=None)
def test_sums_are_those_of_the_distinct_rows_however_they_are_split_and_repeated(
    found: tuple[list[Cells], list[File]],
) -> None:
    rows, files = found
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), rows, files)
        reading, again = read(*paths), read(*paths)
        turned = read(*reversed(paths))

    wanted = added(rows)
    assert {name: sums(reading)[name] for name in wanted} == wanted
    assert reading == again
    assert sums(turned) == sums(reading)


@given(tables, st.sampled_from(CONTAINERS), st.sampled_from(("shoe_size", "x.y", "team", "model")))
@settings(max_examples=30, deadline=None)
def test_groups_add_up_to_the_whole(rows: list[Cells], container: str, by: str) -> None:
    with TemporaryDirectory() as folder:
        (path,) = written(Path(folder), rows, [File(tuple(range(len(rows))), container, 1)])
        whole, grouped = read(path), read(path, by=by)

    column = {"shoe_size": "shoe size"}.get(by, by)
    costs_of: dict[str, int] = {}
    for row in rows:
        group = row[column].strip(" ")
        costs_of[group] = costs_of.get(group, 0) + added([row])["pico"]
    found: dict[str, int] = {}
    for line in grouped.lines:
        found[line.group] = found.get(line.group, 0) + (line.cost_pico or 0)
    assert sums(grouped) == sums(whole)
    assert found == costs_of
