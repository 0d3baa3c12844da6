"""The example notebook runs from its first cell to its last, and says what the command says."""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.compose.command import environment, run

from equipoise.compose.estimates.columns import FIGURES

NOTEBOOK = Path(__file__).parents[2] / "examples/notebooks/what-does-it-cost.ipynb"
SECONDS = 60
REQUEST = ("--input-tokens", "1200", "--output-tokens", "300")
MONTH = (*REQUEST, "--date", "2026-11-25", "--json")
OWN = ("cost", "explore", "--model", "llama-3.3-70b-instruct", "--hardware", "h100x4")
# Runs the cells of a notebook one after the other as they stand, without Jupyter and without a
# network, and prints what they have made.
CELLS = """
import json, linecache, sys
from pathlib import Path

def no_network(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        raise PermissionError(event)

sys.addaudithook(no_network)
names = {"__name__": "__main__"}
for cell in json.loads(Path(sys.argv[1]).read_text("utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        source, name = "".join(cell["source"]), f"<cell {cell['id']}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), names)

from equipoise import costs
pages = {name: json.loads(costs.to_json(names[name])) for name in ("small", "large", "stay")}
estimates = [json.loads(costs.to_json(one)) for one in names["estimates"]]
made = {
    "pages": pages,
    "estimates": estimates,
    "points": names["points"],
    "table": names["table"],
    "crossover": names["crossover"],
    "ways": names["ways"],
    "bars": [bar.name for bar in names["bars"]],
    "paybacks": [names["steady"].months, names["halving"].months],
}
print("\\n" + json.dumps(made))
"""


def run_cells(notebook: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Every code cell, in a process and a folder of their own; warnings are errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", CELLS, str(notebook)],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def read() -> dict[str, Any]:
    """The notebook as it is stored."""
    notebook: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return notebook


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the cells have made, as plain values."""
    done = run_cells(NOTEBOOK, tmp_path_factory.mktemp("notebook"))
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


@pytest.mark.parametrize(
    ("page", "flags"),
    [
        ("small", ("--against", "openai/gpt-5", "--requests-per-month", "1000000")),
        ("large", ("--against", "openai/gpt-5", "--requests-per-month", "30000000")),
        ("stay", ("--against", "openai/gpt-5-mini", "--requests-per-month", "30000000")),
    ],
)
def test_a_page_is_the_one_that_the_command_prints(
    page: str, flags: tuple[str, ...], made: dict[str, Any], tmp_path: Path
) -> None:
    done = run(tmp_path, *OWN, *flags, *MONTH)

    assert json.loads(done.stdout) == made["pages"][page], done.stderr


def test_an_estimate_is_the_one_that_the_command_prints(
    made: dict[str, Any], tmp_path: Path
) -> None:
    model = ("--model", "llama-3.3-70b-instruct", "--precision", "fp8", "--device", "h200")
    load = (*REQUEST, "--concurrency", "32")
    done = run(tmp_path, "cost", "estimate", *model, *load, "--json")

    assert json.loads(done.stdout) == made["estimates"][0], done.stderr


def test_a_table_is_the_one_that_the_command_prints(made: dict[str, Any], tmp_path: Path) -> None:
    points = made["points"]
    with (tmp_path / "points.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, points[0])
        writer.writeheader()
        writer.writerows(points)
    done = run(tmp_path, "cost", "estimate", "--batch", "points.csv", "--json")
    names = (*FIGURES, "reason")
    found = [{name: row[name] for name in names} for row in made["table"]]

    assert len(found) == 3
    assert [
        {name: row[name] for name in names} for row in json.loads(done.stdout)["rows"]
    ] == found, done.stderr


def test_the_story_is_the_one_that_its_text_tells(made: dict[str, Any]) -> None:
    pages = made["pages"]
    pair = next(pair for pair in pages["large"]["pairs"] if pair["per"] == "month")

    assert pages["small"]["answer"].startswith("Stay on the API")
    assert "our own is cheaper" in pages["large"]["answer"]
    assert pages["stay"]["answer"].startswith("Stay on the API")
    assert made["crossover"]
    assert pair["unsure_low"] < min(made["crossover"]) <= max(made["crossover"])
    assert max(made["crossover"]) < pair["unsure_high"] < pages["large"]["requests_per_month"]
    assert [row["way"] for row in made["ways"]] == [
        "on_demand",
        "reserved",
        "spot",
        "leased",
        "bought",
    ]
    assert [one["fits"] for one in made["estimates"]] == [True, True, False]
    assert len(made["bars"]) == 4
    assert made["paybacks"][0] > 0
    assert made["paybacks"][1] is None


def test_a_cell_that_raises_is_named(tmp_path: Path) -> None:
    notebook = read()
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells[1]["source"] = ["1 / 0\n"]
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps({**notebook, "cells": cells[:2]}))
    done = run_cells(broken, tmp_path)

    assert done.returncode == 1
    assert f'File "<cell {cells[1]["id"]}>", line 1' in done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_a_cell_that_needs_a_network_is_refused_it(tmp_path: Path) -> None:
    source = ["import socket\n", "socket.create_connection(('127.0.0.1', 9), 1)\n"]
    cell = {"cell_type": "code", "id": "dial", "source": source}
    (tmp_path / "dialling.ipynb").write_text(json.dumps({"cells": [cell]}))
    done = run_cells(tmp_path / "dialling.ipynb", tmp_path)

    assert "PermissionError: socket." in done.stderr


def test_the_notebook_has_the_shape_of_format_four() -> None:
    notebook = read()
    ids = [cell["id"] for cell in notebook["cells"]]
    shapes = {
        "markdown": {"cell_type", "id", "metadata", "source"},
        "code": {"cell_type", "execution_count", "id", "metadata", "outputs", "source"},
    }

    assert notebook.keys() == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"].keys() == {"display_name", "language", "name"}
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]{1,64}", one) for one in ids)
    for cell in notebook["cells"]:
        assert cell.keys() == shapes[cell["cell_type"]]
        assert cell["source"]
        assert all(line.endswith("\n") for line in cell["source"][:-1])


def test_the_notebook_is_kept_without_outputs_and_as_an_editor_writes_it() -> None:
    notebook = read()
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    written = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"

    assert code
    assert all((cell["execution_count"], cell["outputs"]) == (None, []) for cell in code)
    assert NOTEBOOK.read_text(encoding="utf-8") == written


def test_the_notebook_imports_nothing_but_python_and_equipoise() -> None:
    source = "\n".join(
        "".join(cell["source"]) for cell in read()["cells"] if cell["cell_type"] == "code"
    )
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }

    assert "equipoise" in imported
    assert imported <= {"equipoise", *sys.stdlib_module_names}
