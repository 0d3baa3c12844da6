"""The statements of `sql/`, by name. Knows no database."""

from __future__ import annotations

from importlib.resources import files

_MARK = "-- name: "


def named(file: str) -> dict[str, str]:
    """The statements of one file of `sql/`, in the order they stand there.

    Each begins at a line `-- name: insert_request` and ends before the next. Raises ValueError
    where two have one name.
    """
    statements: dict[str, str] = {}
    for part in f"\n{_text(file)}".split(f"\n{_MARK}")[1:]:
        name, _, statement = part.partition("\n")
        if name in statements:
            raise ValueError(f"two statements in {file} are named {name}")
        statements[name] = statement.strip()
    return statements


def migrations() -> dict[int, tuple[str, ...]]:
    """The statements that lead to each version of the schema from the one before it."""
    found = [file.name for file in files(__package__).joinpath("sql").iterdir()]
    numbered = sorted(name for name in found if name[:4].isdigit())
    return {int(name[:4]): tuple(named(name).values()) for name in numbered}


def _text(file: str) -> str:
    return files(__package__).joinpath("sql", file).read_text(encoding="utf-8")
