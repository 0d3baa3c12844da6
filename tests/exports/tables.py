"""Exports written on the spot, and what reading them gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from equipoise.domain.bill import TOKEN_KINDS, Reading
from equipoise.errors import ExportError, Problem
from equipoise.exports.reading import ReadingOrder, read_exports

HEADER = "time,model,input_tokens,output_tokens,cost"
ROW = "2026-10-01T10:00:00Z,gpt-5-mini,100,10,0.5"
EVENT: Mapping[str, Any] = {
    "time": "2026-10-01T10:00:00Z",
    "model": "gpt-5-mini",
    "input_tokens": 100,
    "output_tokens": 10,
    "cost": 0.5,
}
USAGE: Mapping[str, Any] = {
    "object": "organization.usage.completions.result",
    "input_tokens": 100,
    "output_tokens": 10,
    "num_model_requests": 1,
    "project_id": None,
    "api_key_id": "key_a",
    "model": "gpt-5-mini",
    "batch": False,
    "input_cached_tokens": 5,
}


class Silent:
    """Nobody looks on."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say nothing."""


def read(*files: Path, by: str | None = None, rates: Mapping[str, str] | None = None) -> Reading:
    """Read files; `rates` are dollars for one unit of a currency."""
    dollars = {currency: Decimal(rate) for currency, rate in (rates or {}).items()}
    return read_exports(ReadingOrder(files, dollars, by), Silent())


def problems(*files: Path, by: str | None = None) -> tuple[Problem, ...]:
    """The problems of files that cannot be read."""
    with pytest.raises(ExportError) as caught:
        read(*files, by=by)
    return caught.value.problems


def problem(file: Path, by: str | None = None) -> str:
    """The one problem of a file, without the folder it lies in."""
    (found,) = problems(file, by=by)
    return str(found).replace(f"{file.parent}/", "")


def write(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    """A file with this content, byte by byte."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(*rows: str, header: str = HEADER) -> str:
    """A log as CSV."""
    return "".join(f"{line}\n" for line in (header, *rows))


def objects(*rows: Mapping[str, Any]) -> str:
    """A log as JSON lines."""
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def page(*results: Mapping[str, Any], day: int = 0, **more: Any) -> str:
    """A page of OpenAI's usage report, of the given day after 1 October 2026."""
    start = 1790812800 + 86400 * day
    bucket = {"object": "bucket", "start_time": start, "end_time": start + 86400}
    document = {"object": "page", "data": [{**bucket, "results": list(results)}]}
    return json.dumps({**document, "has_more": False, "next_page": None, **more})


def dollars(reading: Reading) -> Decimal:
    """What all lines cost."""
    return Decimal(sum(line.cost_pico or 0 for line in reading.lines)) / 10**12


def tokens(reading: Reading) -> int:
    """All tokens of all kinds."""
    return sum(line.tokens.total for line in reading.lines)


def sums(reading: Reading) -> dict[str, int]:
    """Every number that is added up."""
    return {
        "rows": sum(line.rows for line in reading.lines),
        "requests": sum(line.requests or 0 for line in reading.lines),
        "pico": sum(line.cost_pico or 0 for line in reading.lines),
        **{kind: sum(getattr(line.tokens, kind) for line in reading.lines) for kind in TOKEN_KINDS},
    }


def said(reading: Reading, kind: str) -> Sequence[str]:
    """The notes of one kind."""
    return [note.text for note in reading.notes if note.kind == kind]
