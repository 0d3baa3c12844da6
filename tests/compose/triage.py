"""A small workload with candidates of every kind, and the settings of their endpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ITEMS, LABELLED = 12, 14
# The day of every decision here; terms and prices of what is asked follow the real day.
DAY = "2026-11-24"
KEY = "sk-9f2b7c"
# What each scripted endpoint counts: input in all, the cached part of it, output.
CHAT_TOKENS, MESSAGES_TOKENS, SPARE_TOKENS = (137, 64, 9), (151, 40, 11), (129, 0, 8)
KEYS = {f"{name}_API_KEY": KEY for name in ("CHAT", "MESSAGES", "SPARE", "PLAIN", "LAPSED")}

_HEAD = """\
version = 1
name = "triage"
title = "Sort messages into two queues"
data_class = "internal"

[task]
system = "Sort the message: billing or delivery."
items = "items.jsonl"
shots = "shots.jsonl"
scorer = "exact_label"
max_output_tokens = 16

[task.answer]
queue = ["billing", "delivery"]

[requirements]
quality_floor = 0.75
latency_p95_ms = 60000
availability = 0.99
licence_use = ["internal"]

[requirements.volume]
requests_per_month = 300_000
peak_to_mean = 3.0

[organisation]
monthly_active_users = 900
annual_revenue_usd = 6_000_000
domicile = "IE"

[costs]
rejected_answer_usd = 0.4
engineer_usd_per_year = 120_000
self_hosting_fte = 0.1
vendor_fte = 0.05

[trial]
items = 12

[[candidates]]
id = "small"
target = "local/smollm2-135m-instruct"
hardware = "cpu-2vcpu"
"""
_OTHERS = """\
shots = 2

[[candidates]]
id = "small-bare"
target = "local/smollm2-135m-instruct"
hardware = "cpu-2vcpu"

[[candidates]]
id = "gpt"
target = "chat/gpt-4.1-mini"

[[candidates]]
id = "haiku"
target = "messages/claude-haiku-4-5"

[[candidates]]
id = "llama"
target = "spare/llama-3.1-8b-instruct"

[[candidates]]
id = "no-terms"
target = "plain/gpt-4.1-mini"

[[candidates]]
id = "lapsed-terms"
target = "lapsed/gpt-4.1-mini"

[[candidates]]
id = "own-llama"
target = "house/llama-3.1-8b-instruct"
hardware = "l4"
"""
_SETTINGS = """\
[endpoints.chat]
api_key = "env:CHAT_API_KEY"
price_provider = "openai"
terms = [{{ kind = "no_training", evidence = "agreement.txt", expires = 2099-12-31 }}]
base_url = "{chat}/v1"

[endpoints.messages]
dialect = "anthropic_messages"
api_key = "env:MESSAGES_API_KEY"
price_provider = "anthropic"
terms = [{{ kind = "no_training", evidence = "agreement.txt", expires = 2099-12-31 }}]
base_url = "{messages}"

[endpoints.spare]
api_key = "env:SPARE_API_KEY"
price_provider = "groq"
served_names = {{ "llama-3.1-8b-instruct" = "llama-3.1-8b-instant" }}
terms = [{{ kind = "no_training", evidence = "agreement.txt", expires = 2099-12-31 }}]
base_url = "{spare}/v1"

[endpoints.plain]
api_key = "env:PLAIN_API_KEY"
price_provider = "openai"
base_url = "{plain}/v1"

[endpoints.lapsed]
api_key = "env:LAPSED_API_KEY"
price_provider = "openai"
terms = [{{ kind = "no_training", evidence = "agreement.txt", expires = 2026-06-30 }}]
base_url = "{lapsed}/v1"

[endpoints.house]
operator = "self"
"""


def write_lone(folder: Path) -> None:
    """Write a workload with one candidate, the embedded model."""
    rows = [_item(number) for number in range(LABELLED)]
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "shots.jsonl").write_text(
        '{"id": "s1", "input": "Where is my parcel?", "expected": "delivery"}\n'
        '{"id": "s2", "input": "The invoice is wrong.", "expected": "billing"}\n'
    )
    (folder / "triage.toml").write_text(_HEAD)


def write_whole(folder: Path, addresses: Mapping[str, str]) -> None:
    """Write the workload with all its candidates; `house` has an address only if it is given."""
    write_lone(folder)
    (folder / "triage.toml").write_text(_HEAD + _OTHERS)
    (folder / "agreement.txt").write_text("They do not train on it.\n")
    write_settings(folder, addresses)


def write_settings(folder: Path, addresses: Mapping[str, str]) -> None:
    """Write where the endpoints answer."""
    text = _SETTINGS.format(**addresses)
    if "house" in addresses:
        text += f'base_url = "{addresses["house"]}/v1"\n'
    (folder / "equipoise.toml").write_text(text)


def change(file: Path, old: str, new: str) -> None:
    """Replace a passage that stands in a file once."""
    text = file.read_text()
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new))


def answers(folder: Path) -> list[dict[str, Any]]:
    """The answers in a folder's only journal; every line of it has to be whole."""
    (path,) = (folder / ".equipoise/trials").glob("*.jsonl")
    _, *rows = map(json.loads, path.read_text().splitlines())
    return rows


def journal(folder: Path) -> bytes:
    """The bytes of a folder's only journal."""
    (path,) = (folder / ".equipoise/trials").glob("*.jsonl")
    return path.read_bytes()


def label(text: str) -> str:
    """The right queue of an item's text."""
    return "billing" if "invoice" in text else "delivery"


def _item(number: int) -> dict[str, str]:
    texts = (
        f"I was charged twice for invoice {number}, please refund it.",
        f"Parcel {number} has not arrived at my address.",
    )
    text = texts[number % 2]
    return {"id": f"t{number:02}", "input": text, "expected": label(text)}
