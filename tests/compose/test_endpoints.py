"""Candidates behind endpoints: measured and charged to the picodollar, or unmeasured and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compose.conftest import Troubled
from tests.compose.outcome import Outcome, copied, decide
from tests.compose.triage import (
    CHAT_TOKENS,
    ITEMS,
    KEY,
    MESSAGES_TOKENS,
    SPARE_TOKENS,
    write_settings,
)
from tests.compose.upstream import Upstream, refusal, upstream

# Picodollars a token: input, cached input, output. List prices of November 2026.
GPT_4_1_MINI = (400_000, 100_000, 1_600_000)
CLAUDE_HAIKU_4_5 = (1_000_000, 100_000, 5_000_000)
LLAMA_3_1_8B = (50_000, 50_000, 80_000)


@pytest.mark.parametrize(
    ("name", "tokens", "price"),
    [
        ("gpt", CHAT_TOKENS, GPT_4_1_MINI),
        ("haiku", MESSAGES_TOKENS, CLAUDE_HAIKU_4_5),
        ("llama", SPARE_TOKENS, LLAMA_3_1_8B),
    ],
)
def test_an_answer_costs_its_tokens_times_the_list_price(
    measured: Outcome,
    name: str,
    tokens: tuple[int, int, int],
    price: tuple[int, int, int],
) -> None:
    counted, cached, output = tokens
    cost = (counted - cached) * price[0] + cached * price[1] + output * price[2]
    rows = measured.answers(name)

    assert len(rows) == ITEMS
    assert {(r["input_tokens"], r["cached_tokens"], r["output_tokens"]) for r in rows} == {tokens}
    assert {row["cost_pico"] for row in rows} == {cost}
    assert all(type(row["cost_pico"]) is int for row in rows)


def test_an_answer_of_our_own_machine_costs_its_time(measured: Outcome) -> None:
    rent = 0.8048 * 10**12 / 3600  # of the machine, picodollars a second
    rows = measured.answers("own-llama")

    assert len(rows) == ITEMS
    for row in rows:
        # The journal keeps whole microseconds.
        assert row["cost_pico"] == pytest.approx(row["seconds"] * rent, abs=rent * 1e-6)


@pytest.mark.parametrize(("name", "accepted"), [("gpt", 1.0), ("haiku", 0.5), ("llama", 0.5)])
def test_what_an_endpoint_says_is_what_is_judged(
    measured: Outcome, name: str, accepted: float
) -> None:
    row = measured.candidate(name)

    assert row["items"] == ITEMS
    assert row["rate"] == pytest.approx(accepted, abs=0.1)  # the draw may leave more of one queue
    assert (row["standing"] == "met") is (name == "gpt")


def test_a_measurement_decides_and_the_exit_code_says_so(measured: Outcome) -> None:
    (workload,) = measured.record["workloads"]

    assert measured.done.returncode == 0, measured.done.stderr
    assert [share["candidate"] for share in workload["plan"]["targets"]] == ["gpt"]
    assert workload["plan"]["proven"]


def test_every_dialect_is_spoken_with_its_key_and_the_endpoints_names(
    measured: Outcome, upstreams: dict[str, Upstream]
) -> None:
    chat_head = upstreams["chat"].heads[0]
    messages_head = upstreams["messages"].heads[0]

    assert chat_head.startswith("POST /v1/chat/completions ")
    assert f"authorization: bearer {KEY}" in chat_head.lower()
    assert messages_head.startswith("POST /v1/messages ")
    assert f"x-api-key: {KEY}" in messages_head.lower()
    assert upstreams["spare"].asked[0]["model"] == "llama-3.1-8b-instant"
    assert "authorization" not in upstreams["house"].heads[0].lower()


def test_a_key_set_later_goes_on_with_the_same_journal(
    decided: Outcome, restricted: Outcome, measured: Outcome
) -> None:
    # Byte for byte: the embedded model was not asked again, nor anything written anew.
    assert restricted.journal.startswith(decided.journal)
    assert measured.journal.startswith(restricted.journal)
    assert len(measured.answers("small")) == ITEMS


def test_who_was_measured_stays_so_when_the_key_is_gone(
    measured: Outcome, earlier: Outcome
) -> None:
    for name in ("gpt", "haiku", "llama"):
        assert earlier.candidate(name)["standing"] == measured.candidate(name)["standing"]
        assert earlier.candidate(name)["items"] == ITEMS


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory,
    decided: Outcome,
    vendors: dict[str, str],
) -> Outcome:
    """One key is set, and its endpoint does not know it."""
    folder = copied(decided, tmp_path_factory.mktemp("refused"))
    reply = refusal("401 Unauthorized", f"Incorrect API key provided: {KEY}")
    with upstream(lambda _: reply) as server:
        write_settings(folder, {**vendors, "chat": server.url})
        return decide(folder, {"chat": server}, CHAT_API_KEY=KEY)


def test_an_endpoint_that_refuses_the_key_is_unmeasured_and_not_bad(refused: Outcome) -> None:
    row = refused.candidate("gpt")

    assert row["standing"] == "unmeasured"
    assert row["rate"] is None
    assert row["items"] == 0
    assert "401" in row["note"]
    assert "Incorrect API key provided: …" in row["note"]


def test_a_key_that_an_endpoint_repeats_is_written_nowhere(refused: Outcome) -> None:
    files = [file for file in refused.folder.rglob("*") if file.is_file()]

    assert [file for file in files if KEY.encode() in file.read_bytes()] == []
    assert KEY not in refused.done.stdout + refused.done.stderr


def test_an_endpoint_that_refuses_the_key_is_soon_left_alone(refused: Outcome) -> None:
    assert refused.connections["chat"] == 3


def test_another_reason_for_no_answer_is_another_record(refused: Outcome, tmp_path: Path) -> None:
    keyless = decide(copied(refused, tmp_path), {})

    assert keyless.journal == refused.journal
    assert "no key" in keyless.candidate("gpt")["note"]
    assert keyless.record["id"] != refused.record["id"]


def test_an_endpoint_that_dies_midway_is_unmeasured(
    troubled: Troubled,
) -> None:
    outcome, _ = troubled.result()
    row = outcome.candidate("gpt")

    assert len(outcome.answers("gpt")) == 4
    assert row["standing"] == "unmeasured"
    assert row["rate"] is None
    assert "no answer from http://127.0.0.1" in row["note"]


def test_one_endpoints_death_does_not_touch_the_others(
    decided: Outcome, troubled: Troubled
) -> None:
    outcome, _ = troubled.result()

    assert len(outcome.answers("llama")) == outcome.candidate("llama")["items"] == ITEMS
    assert outcome.candidate("small") == decided.candidate("small")


def test_a_file_that_is_edited_meanwhile_does_not_change_what_the_record_rests_on(
    troubled: Troubled,
) -> None:
    outcome, read = troubled.result()
    (workload,) = outcome.record["workloads"]

    assert "# a remark" in (outcome.folder / "triage.toml").read_text()
    assert {name: workload["inputs"][name] for name in read} == read
