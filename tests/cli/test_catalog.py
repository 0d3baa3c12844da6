"""The catalog on the command line: exact prices, both spellings, and what a licence says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.compose.command import run


def test_a_price_is_a_number_of_dollars_a_million_tokens(tmp_path: Path) -> None:
    rows = run(tmp_path, "catalog", "price", "openai/gpt-4.1-mini").stdout.splitlines()

    assert [row.split("\t")[:2] for row in rows] == [
        ["tokens", "usd_per_million"],
        ["input", "0.4"],
        ["cached input", "0.1"],
        ["output", "1.6"],
        ["batch input", "0.2"],
        ["batch output", "0.8"],
    ]


def test_a_price_is_a_number_in_json_too(tmp_path: Path) -> None:
    done = run(tmp_path, "catalog", "price", "anthropic/claude-haiku-4-5", "--json")
    value = json.loads(done.stdout)

    assert value["schema"] == "equipoise.catalog.price/1"
    assert {row["tokens"]: row["usd_per_million"] for row in value["rows"]}["output"] == 5.0


def test_both_spellings_of_licence_are_taken(tmp_path: Path) -> None:
    asked = ("llama-3.1-8b-instruct", "--use", "product", "--users", "45000")
    british = run(tmp_path, "catalog", "licence", *asked)
    american = run(tmp_path, "catalog", "license", *asked)

    assert british.returncode == american.returncode == 0
    assert british.stdout == american.stdout
    assert british.stdout.splitlines()[:2] == ["what\tdetail", "status\tallowed_with_obligations"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], "unknown"),
        (["--users", "45000"], "allowed_with_obligations"),
        (["--users", "800000000"], "needs_licence"),
    ],
)
def test_a_licence_asks_about_the_organisation(
    tmp_path: Path, options: list[str], status: str
) -> None:
    done = run(tmp_path, "catalog", "licence", "llama-3.1-8b-instruct", *options)

    assert f"status\t{status}" in done.stdout.splitlines()


def test_every_machine_has_a_price_and_a_source(tmp_path: Path) -> None:
    _, *rows = run(tmp_path, "catalog", "hardware").stdout.splitlines()

    assert len(rows) >= 5
    for row in rows:
        machine, name, usd, source = row.split("\t")
        assert machine
        assert name
        assert float(usd) > 0
        assert source
