"""The page as JSON and its spend as CSV: exact dollars, and no name that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.bill.page import BillPage
from equipoise.bill.record import SCHEMA, as_text, to_csv, to_json

from .readings import charge, page, usage


def written(found: BillPage) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(found), newline="")))


def test_accounted_amounts_are_exact_dollars_and_modelled_ones_are_numbers() -> None:
    found = json.loads(to_json(page(charge("0.000000000001"), charge("40000"))))

    assert found["schema"] == SCHEMA
    assert found["total_usd"] == "40000.000000000001"
    assert found["breakdowns"][0]["rows"][0]["usd"] == "40000.000000000001"
    assert isinstance(found["ceiling"]["net"]["central"], float)
    assert found["trend"]["days"] == [{"day": "2026-11-01", "usd": "40000.000000000001"}]


def test_what_follows_from_the_fields_is_written_too() -> None:
    found = json.loads(to_json(page(charge("7"), usage())))

    assert found["reconciliation"]["by_model"][0]["residual_usd"] == "1"
    assert {"gain_usd", "width"} <= {*found["ceiling"]["fleets"][0], *found["missing"][0]}
    assert found["advice"] == "stay"


def test_the_rows_of_a_dimension_add_up_in_the_csv_too() -> None:
    found = page(charge("7.000000000001"), usage(project="shop"), usage(project="lab"))
    sums: dict[str, Decimal] = {}
    for row in written(found):
        sums[row["dimension"]] = sums.get(row["dimension"], Decimal(0)) + Decimal(row["usd"])

    assert set(sums.values()) == {Decimal("7.000000000001")}
    assert set(sums) == {"vendor", "project", "key", "model"}


def test_requests_that_nobody_counts_are_empty() -> None:
    assert {row["requests"] for row in written(page(usage()))} == {""}
    assert {row["requests"] for row in written(page(usage(requests=3)))} == {"3"}


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-2+3", "@SUM(A1)", "\tx", "\r=1", "  =1"])
def test_no_name_is_a_formula(name: str) -> None:
    found = page(charge("3", project=name))

    assert as_text(name) == f"'{name}"
    assert f"'{name}" in {row["name"] for row in written(found)}


IMAGES = page(charge("3", "gpt-image-1"))


@given(st.text(max_size=30))
def test_any_name_survives_both(name: str) -> None:
    row = replace(IMAGES.breakdowns[1].rows[0], name=name)
    dimension = replace(IMAGES.breakdowns[1], rows=(row,))
    found = replace(IMAGES, breakdowns=(IMAGES.breakdowns[0], dimension))
    (_, csv_row) = written(found)

    assert json.loads(to_json(found))["breakdowns"][1]["rows"][0]["name"] == name
    assert csv_row["name"] == as_text(name)
    assert csv_row["usd"] == "3"
