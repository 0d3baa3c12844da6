"""The console's page and its JSON twin as functions of one value."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from equipoise.console.overview import Overview, headline, render, to_json
from equipoise.domain.money import PICO_PER_DOLLAR


def test_the_same_overview_gives_the_same_bytes(full: Overview) -> None:
    assert render(full) == render(full)
    assert to_json(full) == to_json(full)


def test_the_headline_sums_up_what_was_asked_and_what_it_cost(
    full: Overview, empty: Overview
) -> None:
    assert headline(full) == (
        "61,204 requests since 2026-11-02 cost $182, 2.3\u00a0% of it estimated; 12 failed."
    )
    assert headline(empty) == "Nothing has been asked yet."


def test_requests_of_one_day_are_said_to_be_of_that_day(full: Overview) -> None:
    row = replace(full.spend[1], first="2026-11-24", last="2026-11-24")
    one = replace(full, requests=1, failed=0, spend=(row,))

    assert headline(one) == "One request on 2026-11-24 cost $38.10, none of it estimated."


def test_the_page_says_of_when_it_is(full: Overview) -> None:
    assert "2026-11-24 12:30:05 UTC" in render(full)


def test_what_people_wrote_is_text_and_never_markup(full: Overview) -> None:
    page = render(full)

    assert "&lt;VIP&gt;" in page
    assert "<VIP>" not in page


def test_the_page_runs_nothing_and_leads_nowhere_else(full: Overview) -> None:
    page = render(full)

    assert "<script" not in page
    assert set(re.findall(r'(?:href|src)="([^"]+)"', page)) == {
        "data:,",
        "#overview",
        "/overview.json",
        "/decisions/2026-11-02-41f6c2/report.html",
    }


def test_a_target_that_is_not_asked_says_why(full: Overview) -> None:
    assert "no key: DEEPINFRA_API_KEY is not set" in render(full)


def test_what_has_lapsed_is_said_to_have(full: Overview) -> None:
    page = render(full)

    assert "lapsed on 2026-11-01" in page
    assert "holds until 2027-05-01" in page


def test_an_empty_page_says_what_to_do(empty: Overview) -> None:
    page = render(empty)

    assert "The ledger holds no request yet." in page
    assert "equipoise decide WORKLOAD.toml" in page
    assert "curl http://127.0.0.1:8080/v1/chat/completions" in page


def test_the_twin_has_every_figure_exactly(full: Overview) -> None:
    twin = json.loads(to_json(full))

    assert twin["schema"] == "equipoise.overview/1"
    assert twin["at"] == "2026-11-24T12:30:05+00:00"
    assert [row["name"] for row in twin["services"]] == [row.name for row in full.services]
    assert [row["plan"] for row in twin["decisions"]] == ["hybrid", "undecided"]
    assert [row["cost_pico"] for row in twin["spend"]] == [row.cost_pico for row in full.spend]
    assert twin["spend"][0]["estimated_pico"] == round(4.25 * PICO_PER_DOLLAR)
    assert twin["services"][1]["targets"][0]["share"] == 0.7
