"""A draft whose own copy names a load test: the measured rate is priced, and the file is named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.compose.command import run
from tests.compose.test_drafts import DRAFT
from tests.compose.triage import DAY
from tests.decisions.load_tests import level, load_test

from equipoise.engines.load_test import result_file

# So much that it takes many machines: with one, any rate would do.
MUCH = DRAFT.replace("requests_per_month = 400_000", "requests_per_month = 40_000_000")
OWN = 'target = "own/llama-3.1-8b-instruct"\nhardware = "l4"\n'


def decided(folder: Path, draft: str) -> tuple[dict[str, Any], Path]:
    """The record of a draft, and the folder that it was written into."""
    (folder / "draft.toml").write_text(draft)
    done = run(folder, "decide", "draft.toml", "--date", DAY, "--json")
    assert done.returncode == 5, done.stderr
    (workload,) = json.loads(done.stdout)["workloads"]
    (written,) = (folder / "decisions").iterdir()
    return workload, written


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], Path]]:
    """The draft as it is, and with a load test of its own copy."""
    plain, loaded = (tmp_path_factory.mktemp(name) for name in ("plain", "loaded"))
    levels = (level(1, 0.1, tokens=(1850.0, 310.0)), level(16, 4.0, tokens=(1850.0, 310.0)))
    result_file.write(load_test(*levels, hardware="l4"), loaded / "bench.json")
    assert MUCH.count(OWN) == MUCH.count("40_000_000") == 1
    return [
        decided(plain, MUCH),
        decided(loaded, MUCH.replace(OWN, f'{OWN}bench = "bench.json"\n')),
    ]


def hybrid(workload: dict[str, Any]) -> dict[str, Any]:
    """Its hybrid plan."""
    (plan,) = [plan for plan in workload["plans"] if plan["kind"] == "hybrid"]
    assert isinstance(plan, dict)
    return plan


def test_the_record_names_the_load_test_and_its_digest_among_its_inputs(
    records: list[tuple[dict[str, Any], Path]],
) -> None:
    (plain, _), (loaded, written) = records
    raw = (written.parents[1] / "bench.json").read_bytes()

    assert loaded["inputs"]["bench.json"] == f"sha256 {hashlib.sha256(raw).hexdigest()}"
    assert "bench.json" not in plain["inputs"]
    assert loaded["id"] != plain["id"]


def test_the_measured_rate_is_priced_and_the_split_changes(
    records: list[tuple[dict[str, Any], Path]],
) -> None:
    (plain, _), (loaded, _) = records
    (row,) = [row for row in loaded["candidates"] if row["candidate"] == "own-llama"]

    assert "speed measured under load" in row["note"]
    assert hybrid(plain)["monthly_usd"] != hybrid(loaded)["monthly_usd"]
    assert hybrid(plain)["targets"] != hybrid(loaded)["targets"]


def test_the_record_and_the_report_say_measured_under_load(
    records: list[tuple[dict[str, Any], Path]],
) -> None:
    (plain, _), (loaded, written) = records
    speeds = {
        name: next(
            row for row in record["assumptions"] if row["subject"].startswith("speed of own")
        )
        for name, record in (("plain", plain), ("loaded", loaded))
    }

    assert speeds["plain"]["why"].startswith("estimated for")
    assert speeds["loaded"]["why"].startswith("measured under load")
    assert "16 at a time" in speeds["loaded"]["value"]
    for name in ("decision.md", "report.html"):
        assert "measured under load" in (written / name).read_text()
