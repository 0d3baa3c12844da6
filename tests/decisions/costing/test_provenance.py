"""Where figures come from: every name leads to a sum or to somebody's word."""

from __future__ import annotations

import pytest
from tests.decisions.cases import claude, gpt, hosted, large, make_case, small

from equipoise.decisions.costing.page import Figure
from equipoise.decisions.costing.price import cost_page


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    """The figures of a page with everything in it, by name; no name stands twice."""
    case = make_case(
        small("small", 250), large(), hosted(), gpt("gpt", 372), claude(tokens=(9e3, 8e3, 40.0))
    )
    page = cost_page(case, 1)
    found = {figure.name: figure for figure in page.figures}
    assert len(found) == len(page.figures)
    return found


def test_every_input_is_a_figure_with_an_account_of_its_own(figures: dict[str, Figure]) -> None:
    asked = {name for figure in figures.values() for name in figure.inputs}

    assert asked <= figures.keys()
    assert [row.name for row in figures.values() if not (row.sum or row.source)] == []


def test_what_rests_on_nothing_else_names_its_source(figures: dict[str, Figure]) -> None:
    bottom = [row for row in figures.values() if not row.inputs and row.value is not None]

    assert [row.name for row in bottom if not row.source] == []


def test_no_figure_rests_on_itself(figures: dict[str, Figure]) -> None:
    def depth(name: str, above: tuple[str, ...] = ()) -> int:
        assert name not in above
        return 1 + max((depth(each, (*above, name)) for each in figures[name].inputs), default=0)

    assert max(map(depth, figures)) >= 4


def test_a_months_parts_add_up(figures: dict[str, Figure]) -> None:
    for name in ("large.month", "gpt.month", "large.bought.month", "claude.discounted.month"):
        month = figures[name]
        parts = [figures[each].value for each in month.inputs]

        assert month.value == pytest.approx(sum(part or 0.0 for part in parts))


def test_a_range_of_the_catalog_stands_with_its_ends_and_source(figures: dict[str, Figure]) -> None:
    row = figures["interest_per_year"]

    assert (row.value, row.sum) == (0.08, "a default: 0.05 to 0.12 eight times in ten")
    assert row.source


def test_what_the_organisation_states_is_not_the_catalogs(figures: dict[str, Figure]) -> None:
    assert figures["engineer_usd_per_year"].value == 120_000.0
    assert figures["engineer_usd_per_year"].source.startswith("triage.toml")
