"""The reference of the user's files, as Markdown tables made from the schema itself.

`python -m equipoise.config.reference` writes them between the markers in `docs/reference`; a test
holds the pages to what it would write.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from equipoise.config.settings import SettingsFile
from equipoise.config.workload_schema import WorkloadFile

BEGIN = "<!-- keys: made from the schema by `make docs` -->"
END = "<!-- end of keys -->"

PAGES: dict[str, type[BaseModel]] = {
    "workload-file.md": WorkloadFile,
    "settings-file.md": SettingsFile,
}

_KINDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    dict: "table",
}


def tables(schema: type[BaseModel]) -> str:
    """One Markdown table a table of the file: key, kind, default, meaning."""
    return "\n".join("\n".join(_table(name, model)) for name, model in _models("", schema))


def with_tables(page: str, schema: type[BaseModel]) -> str:
    """The page with the text between its markers made anew; raises ValueError without markers."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables(schema)}\n{END}{after}"


def _models(name: str, model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield name, model
    for key, field in model.model_fields.items():
        inner = _inner(field.annotation)
        if inner is not None:
            yield from _models(_path(name, key, field), inner)


def _path(name: str, key: str, field: FieldInfo) -> str:
    path = f"{name}.{key}" if name else key
    origin = get_origin(field.annotation)
    if origin is list:
        return f"[{path}]"
    return f"{path}.NAME" if origin is dict else path


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The table that a key holds, alone, optional, in a list or by name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_inner(part) for part in get_args(annotation))
    return next((part for part in found if part is not None), None)


def _table(name: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"### `[{name}]`\n" if name else "### At the top\n"
    yield "| key | kind | default | meaning |"
    yield "|---|---|---|---|"
    for key, field in model.model_fields.items():
        yield f"| `{key}` | {_kind(field.annotation)} | {_default(field)} | {field.description} |"
    yield ""


def _kind(annotation: Any) -> str:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inside[0])
    if origin is list:
        return "tables" if _inner(inside[0]) else f"list of {_kind(inside[0])}"
    if origin is dict:
        return "table"
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inside)
    if origin in (Union, types.UnionType):
        return _kind(next(part for part in inside if part is not type(None)))
    if issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    return "table" if issubclass(annotation, BaseModel) else _KINDS.get(annotation, "date")


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ([], {}) or isinstance(value, BaseModel):
        return "none"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def write(folder: Path = Path("docs/reference")) -> None:
    """Write the tables into the pages of `folder`."""
    for name, schema in PAGES.items():
        page = folder / name
        page.write_text(with_tables(page.read_text(encoding="utf-8"), schema), encoding="utf-8")


if __name__ == "__main__":
    write()
