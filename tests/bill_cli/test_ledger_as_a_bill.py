"""The gateway's own ledger as a bill: what its vendors were paid, and none of our own machines."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.compose.command import run
from tests.ledger.records import attempt, record

from equipoise.domain.endpoint import Operator
from equipoise.domain.request import Usage
from equipoise.ledger.sqlite import SqliteLedger


def filled(path: Path) -> Path:
    """A ledger with a request to a vendor and one to our own engine."""
    vendor = replace(
        attempt("a1"),
        target="openai/gpt-5-mini",
        operator=Operator.VENDOR,
        usage=Usage(input=1_000, output=100, cached=400),
        cost_pico=360_000_000,
        estimated=False,
    )
    own = replace(
        attempt("b1"), target="local/smollm2-135m-instruct", operator=Operator.SELF, cost_pico=7
    )
    ledger = SqliteLedger(path)
    ledger.append(record("a", vendor))
    ledger.append(record("b", own))
    ledger.close()
    return path


def test_a_ledger_is_read_as_a_log_of_what_its_vendors_were_paid(tmp_path: Path) -> None:
    filled(tmp_path / "any-name")
    done = run(tmp_path, "bill", "any-name", "--date", "2026-11-24", "--json")
    page = json.loads(done.stdout)
    by_model = {row["name"]: row for row in page["breakdowns"][3]["rows"]}

    assert done.returncode == 0, done.stderr
    assert Decimal(page["total_usd"]) == Decimal("0.00036")
    assert by_model["gpt-5-mini"]["tokens"] == 1_100
    assert [source["layout"] for source in page["sources"]] == ["ledger"]
    assert any("went to no vendor" in note["text"] for note in page["notes"])


def test_a_ledger_beside_an_export_is_another_source(tmp_path: Path) -> None:
    filled(tmp_path / "equipoise.db")
    (tmp_path / "log.csv").write_text(
        "timestamp,model,input_tokens,output_tokens,cost_usd\n"
        "2026-11-01T10:00:00Z,claude-haiku-4-5,1000,100,0.45\n"
    )
    done = run(tmp_path, "bill", "log.csv", "equipoise.db", "--date", "2026-11-24", "--json")
    page = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert Decimal(page["total_usd"]) == Decimal("0.45036")
    assert len(page["sources"]) == 2
