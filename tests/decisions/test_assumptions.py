"""Assumptions: everything that nobody measured here, said once, with its value and its source."""

from __future__ import annotations

import re

from equipoise.decisions.decide import decide
from equipoise.domain.provenance import Assumption

from .cases import PAGE, Ask, Entrant, claude, entrant, gpt, hosted, large, make_case, small


def rows(*entrants: Entrant, ask: Ask | None = None) -> dict[str, Assumption]:
    found = decide(make_case(*entrants, ask=ask), seed=1).assumptions
    assert len({row.subject for row in found}) == len(found)
    return {row.subject: row for row in found}


def test_no_people_is_an_assumption_and_never_silent() -> None:
    found = rows(small("ours", 396), gpt("gpt", 396), ask=Ask(own_fte=0.0, vendor_fte=0.0))

    for whose in ("our own model", "a vendor"):
        row = found[f"people to run against {whose}"]
        assert row.value == "0 of an engineer at $120,000 a year"
        assert row.why == "stated as nothing: no people are counted"
        assert row.source.name == "triage.toml"


def test_people_are_an_assumption_too() -> None:
    row = rows(small("ours", 396))["people to run against our own model"]

    assert (row.value, row.why) == (
        "0.1 of an engineer at $120,000 a year",
        "stated, full-time share",
    )


def test_that_a_bad_answer_costs_nothing_is_said_as_what_it_means() -> None:
    subject = "putting right one answer that is not accepted"
    free = rows(gpt("gpt", 396), ask=Ask(rejected_usd=0.0))[subject]
    dear = rows(gpt("gpt", 396), ask=Ask(rejected_usd=12_345.0))[subject]

    assert (free.value, free.why) == (
        "$0",
        "stated; nothing would mean that bad answers cost nothing",
    )
    assert (dear.value, dear.why) == ("$12,345", "stated")


def test_an_assumed_and_an_unknown_accept_rate_are_two_things() -> None:
    found = rows(gpt(assumed=(0.88, 0.98)), claude(), small("ours", 396))

    assert found["accept rate of gpt"].value == "88% to 98%"
    assert found["accept rate of gpt"].why == "unmeasured: no key; a guess"
    assert found["accept rate of claude"].value == "unknown"
    assert "accept rate of ours" not in found


def test_tokens_are_assumed_only_of_vendors_that_did_not_count_them() -> None:
    found = rows(gpt(), claude("claude", 396), hosted())

    assert found["tokens of GPT-4.1 mini"].value == (
        "800.0 in, 40.0 out a request, times 0.8 to 1.25"
    )
    assert "tokens of Claude Haiku 4.5" not in found
    assert "latency and availability of OpenAI" in found
    assert "availability of Anthropic" in found  # its latency was measured
    assert "latency and availability of Anthropic" not in found


def test_hidden_tokens_are_assumed_until_somebody_counts_them() -> None:
    thinker = entrant("thinker", "gpt-5-mini", "openai", None)
    asked = entrant("thinker", "gpt-5-mini", "openai", 396)

    hidden = rows(thinker, ask=Ask(figures=()))["hidden reasoning tokens of GPT-5 mini"]

    assert hidden.value == "3 (1.18 to 9) tokens billed for one shown"
    assert not any(subject.startswith("hidden") for subject in rows(asked))


def test_prices_and_rents_are_assumptions_with_their_sources() -> None:
    found = rows(small("ours", 396), gpt("gpt", 396))
    price, rent = (
        found["price of openai/gpt-4.1-mini"],
        found["rent of 2 virtual CPUs, 4 GB (AWS c5.large)"],
    )

    assert price.value == "$0.40 input, $0.10 from the cache, $1.60 output a million tokens"
    assert price.source.name.startswith("genai-prices ")
    assert rent.value == "$0.085 an hour, $0.034 to $0.126 elsewhere"
    assert rent.source.name.startswith("AWS on demand")


def test_a_speed_is_marked_as_measured_or_as_estimated() -> None:
    found = rows(small("ours", 396, seconds=0.5), large())
    measured = found["speed of ours on 2 virtual CPUs, 4 GB (AWS c5.large)"]
    estimated = found["speed of large on NVIDIA H100 SXM 80 GB (Nebius)"]

    assert measured.value == "2 requests/s a replica, give or take 20%"
    assert measured.why.startswith("measured here, one request at a time")
    assert re.search(r" at a time, give or take [2-5]\d%$", estimated.value)
    assert estimated.why.startswith("estimated for 800.0 tokens in and 40.0 out, not measured: ")


def test_what_several_share_is_said_once() -> None:
    found = rows(small("zero", 396), small("few", 396, shots=6), hosted("a"), hosted("b"))

    assert "one machine is up" in found
    assert "load a machine is planned for" in found
    assert "price of groq/llama-3.1-8b-instruct" in found


def test_machines_are_no_assumption_where_nobody_runs_any() -> None:
    found = rows(gpt("gpt", 396))

    assert "one machine is up" not in found
    assert found["volume"].value == "300,000 requests a month, the busiest hour 3 times the mean"
    assert PAGE.name not in {row.source.name for row in found.values()}
