"""A trial of two models of one shop: items with slices, settings, and a shop that is scripted."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.compose.command import run

from equipoise.domain.request import Usage
from equipoise.testing.replies import chat_stream
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

ITEMS = 40
OLD, NEW = "gpt-4.1", "gpt-4.1-mini"
USAGE = Usage(input=1000, output=10)
_WORKLOAD = """\
version = 1
name = "shop"
title = "Sort messages | of a shop"
data_class = "public"

[task]
system = "Sort the message: billing or delivery."
items = "items.jsonl"
scorer = "exact_label"
max_output_tokens = 16

[task.answer]
queue = ["billing", "delivery"]

[requirements]
{bar}
latency_p95_ms = 60000
availability = 0.99
licence_use = ["internal"]

[requirements.volume]
requests_per_month = 300_000
peak_to_mean = 3.0

[costs]
rejected_answer_usd = 0.4
engineer_usd_per_year = 120_000
self_hosting_fte = 0.1
vendor_fte = 0.05

[trial]
items = {items}
{trial}

[[candidates]]
id = "old"
target = "shop/gpt-4.1"

[[candidates]]
id = "new"
target = "shop/gpt-4.1-mini"
"""
MARGIN = 'non_inferiority = { incumbent = "old", margin = 0.2 }'


def write_shop(
    folder: Path, url: str, *, bar: str = MARGIN, trial: str = "", items: int = ITEMS
) -> Path:
    """Write everything that a trial of the shop needs; its workload file."""
    rows = [
        {
            "id": f"s{number:03}",
            "input": f"message {number}",
            "expected": label(f"message {number}"),
            "slice": ("web", "post")[number % 4 == 3],
        }
        for number in range(items)
    ]
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "equipoise.toml").write_text(
        f'[endpoints.shop]\nbase_url = "{url}/v1"\nprice_provider = "openai"\n'
    )
    file = folder / "shop.toml"
    file.write_text(_WORKLOAD.format(bar=bar, trial=trial, items=items))
    return file


def label(text: str) -> str:
    """The right queue of a message."""
    return ("billing", "delivery")[int(text.rpartition(" ")[2]) % 2]


def asked(request: HttpRequest) -> tuple[str, str]:
    """The model that is asked, and the message."""
    return request.model, str(request.body["messages"][-1]["content"])


def right(request: HttpRequest) -> Reply:
    """The right answer, billed."""
    return chat_stream(json.dumps({"queue": label(asked(request)[1])}), usage=USAGE)


def wrong(request: HttpRequest) -> Reply:
    """The other queue."""
    other = {"billing": "delivery", "delivery": "billing"}[label(asked(request)[1])]
    return chat_stream(json.dumps({"queue": other}), usage=USAGE)


def by_model(**replies: Callable[[HttpRequest], Reply]) -> Callable[[HttpRequest], Reply]:
    """Answer as `old` or as `new` does."""
    names = {OLD: "old", NEW: "new"}
    return lambda request: replies[names[request.model]](request)


def trial_run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the shop's trial."""
    return run(folder, "trial", "run", "shop.toml", *options)


def json_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a run printed as JSON."""
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def paid(shop: ScriptedUpstream) -> Counter[tuple[str, str]]:
    """How often each question was put to the shop."""
    return Counter(map(asked, shop.requests))


def kept(folder: Path) -> set[tuple[str, str]]:
    """The questions that the journal has whole answers to, as `paid` names them."""
    names = {"old": OLD, "new": NEW}
    found = set()
    for path in (folder / ".equipoise/trials").glob("*.jsonl"):
        for line in path.read_bytes().split(b"\n")[1:-1]:
            row = json.loads(line)
            number = int(row["item"].removeprefix("s"))
            found.add((names[row["candidate"]], f"message {number}"))
    return found
