"""Every golden export reads as somebody counted it by hand, and given twice it counts once."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from equipoise.domain.bill import TOKEN_KINDS, Reading
from equipoise.domain.money import Money
from equipoise.exports.layout import layouts
from equipoise.exports.reading import ReadingOrder, read_exports

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = sorted(folder for folder in GOLDEN.iterdir() if folder.is_dir())


class Silent:
    """Nobody looks on."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say nothing."""


def export_in(folder: Path) -> Path:
    (found,) = folder.glob("export.*")
    return found


def read(*files: Path) -> Reading:
    return read_exports(ReadingOrder(files, {"EUR": Decimal("1.1")}), Silent())


def expected(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text())
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_golden_export_reads_as_it_was_counted_by_hand(folder: Path) -> None:
    wanted, reading = expected(folder), read(export_in(folder))
    (source,) = reading.sources
    totals = {
        "requests": sum(line.requests or 0 for line in reading.lines),
        **{kind: sum(getattr(line.tokens, kind) for line in reading.lines) for kind in TOKEN_KINDS},
    }

    assert source.layout == wanted["layout"]
    assert source.rows == wanted["rows"]
    assert str(min(line.day for line in reading.lines)) == wanted["first_day"]
    assert str(max(line.day for line in reading.lines)) == wanted["last_day"]
    assert {name: str(count) for name, count in totals.items()} == wanted["totals"]
    assert set(wanted.get("kept", ())) <= set(source.kept)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_golden_exports_money_adds_up_by_model_and_by_kind(folder: Path) -> None:
    wanted, reading = expected(folder), read(export_in(folder))
    by_kind: dict[str, int] = defaultdict(int)
    by_model: dict[str, int] = defaultdict(int)
    for line in reading.lines:
        by_kind[line.kind.value] += line.cost_pico or 0
        by_model[line.model] += line.cost_pico or 0

    assert sum(by_kind.values()) == Money.of(wanted.get("cost", {}).get("USD", "0")).pico
    for kind, amount in wanted.get("by_kind", {}).items():
        assert by_kind[kind] == Money.of(amount).pico, kind
    for model, row in wanted.get("by_model", {}).items():
        if "cost" in row:
            assert by_model[model] == Money.of(row["cost"]).pico, model
        for name in set(row) & set(TOKEN_KINDS):
            counted = sum(getattr(ln.tokens, name) for ln in reading.lines if ln.model == model)
            assert str(counted) == row[name], (model, name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_same_export_given_twice_counts_once(folder: Path, tmp_path: Path) -> None:
    export = export_in(folder)
    again = tmp_path / f"again{export.suffix}"
    again.write_bytes(export.read_bytes())

    once, twice = read(export), read(export, again)

    assert sum(line.cost_pico or 0 for line in twice.lines) == sum(
        line.cost_pico or 0 for line in once.lines
    )
    assert sum(line.tokens.total for line in twice.lines) == sum(
        line.tokens.total for line in once.lines
    )


def test_every_layout_has_a_golden_export() -> None:
    shown = {expected(folder)["layout"] for folder in FOLDERS}

    assert sorted({layout.id for layout in layouts()} - shown) == []
