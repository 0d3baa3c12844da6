"""What the code may be: sizes, names, imports and exceptions to the linters, each with a bound."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from equipoise.errors import BOUNDARIES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "equipoise"
ALL = sorted(path for top in ("src", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py"))
OURS = sorted(SOURCE.rglob("*.py"))

LINES, FUNCTION_LINES, PARAMETERS, README_LINES = 400, 50, 7, 30
DRAWERS = {"utils", "helpers", "common", "misc", "base", "manager"}
# Where a function may import: command and composition files, and where an optional part opens.
OPENERS = ("cli/", "compose/")
OPTIONAL = {
    # The engine's library is a third of the installation and needs system libraries; only the
    # child process that holds it loads it.
    "engines/llamacpp_child.py": {"xllamacpp"},
}
# Linters are silenced this often today. The number only ever falls.
SILENCED = 7

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    """A file as the tables here and in `errors` name it."""
    return path.relative_to(SOURCE if path.is_relative_to(SOURCE) else ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    """Every function in a file, however deep."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(function: Function) -> int:
    """How many arguments a caller may give: all but self and cls."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    count = len(named) + (given.vararg is not None) + (given.kwarg is not None)
    return count - (bool(named) and named[0].arg in {"self", "cls"})


def imported(function: Function) -> set[str]:
    """The modules that a function imports itself."""
    names: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def comments(path: Path) -> Iterator[str]:
    """Every comment in a file."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.string


def silencers() -> dict[str, list[str]]:
    """Every comment that silences a linter or the type checker, by file."""
    pattern = re.compile(r"#\s*(noqa|type:\s*ignore|mypy:|ruff:|pragma:)", re.IGNORECASE)
    found = {name(path): [c for c in comments(path) if pattern.search(c)] for path in ALL}
    return {file: rows for file, rows in found.items() if rows}


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert [name(p) for p in ALL if len(p.read_text().splitlines()) > LINES] == []


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in OURS
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES
    ]

    assert long == []


def test_no_function_takes_more_than_seven_parameters() -> None:
    wide = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in OURS
        for function in functions(path)
        if parameters(function) > PARAMETERS
    ]

    assert wide == []


def test_no_module_is_a_drawer() -> None:
    assert [name(p) for p in ALL if DRAWERS & {p.stem, p.parent.name}] == []


def test_only_the_boundaries_catch_whatever_comes() -> None:
    blind = {
        name(path)
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or {"Exception", "BaseException"}
            & {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
        )
    }

    assert blind <= set(BOUNDARIES)


def test_functions_import_only_where_a_command_or_an_optional_part_opens() -> None:
    hidden = [
        f"{name(path)}:{function.lineno} {module}"
        for path in OURS
        if not name(path).startswith(OPENERS)
        for function in functions(path)
        for module in imported(function) - OPTIONAL.get(name(path), set())
    ]

    assert hidden == []


def test_whatever_silences_a_linter_names_a_code_and_a_reason() -> None:
    whole = re.compile(
        r"#\s*(noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*|type: ignore\[[a-z, -]+\])\s+[—#-] \w"
    )
    found = silencers().items()

    assert [(file, row) for file, rows in found for row in rows if not whole.match(row)] == []


def test_linters_are_silenced_no_more_often_than_before() -> None:
    assert sum(len(rows) for rows in silencers().values()) <= SILENCED


def test_every_room_has_a_short_readme() -> None:
    rooms = [path for path in SOURCE.iterdir() if (path / "__init__.py").exists()]
    readmes = {room.name: room / "README.md" for room in rooms}
    lines = {
        room: len(readme.read_text().splitlines()) if readme.exists() else 0
        for room, readme in readmes.items()
    }

    assert {room for room, count in lines.items() if not 0 < count <= README_LINES} == set()


def test_imports_run_downward_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
