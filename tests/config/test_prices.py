"""What a workload file says of prices: read as stated, and each slip named on its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.workload import StatedPrices, Way
from equipoise.errors import Problem

from .conftest import edited

Edit = tuple[str, str]
Reader = Callable[..., tuple[Problem, ...]]

OURS = 'hardware = "cpu-2vcpu"\n'
THEIRS = 'target = "openai/gpt-4.1-mini"\n'
COSTS = "vendor_fte = 0.05\n"


def ours(text: str) -> Edit:
    """Prices of our own candidate."""
    return OURS, f"{OURS}prices = {{ {text} }}\n"


def theirs(text: str) -> Edit:
    """Prices of the vendor's."""
    return THEIRS, f"{THEIRS}prices = {{ {text} }}\n"


def figures(text: str) -> Edit:
    """Our own figures."""
    return COSTS, f"{COSTS}figures = {{ {text} }}\n"


def test_what_is_stated_is_read_and_the_rest_is_the_lists(
    workload_text: str, workload_file: Path
) -> None:
    edits = (
        ours('procurement = "bought", usd_purchase = 1500'),
        theirs("input_usd_per_million = 0.3, output_usd_per_million = 1.2"),
        figures("build_months = 2, retry_share = 0"),
    )
    workload_file.write_text(edited(workload_text, *edits))
    workload = load_workload(workload_file, load_settings(None))
    small, hosted = workload.candidates[:2]

    assert small.prices == StatedPrices(way=Way.BOUGHT, usd_purchase=1500.0)
    assert hosted.prices == StatedPrices(input_usd_per_million=0.3, output_usd_per_million=1.2)
    assert workload.costs.figures == (("build_months", 2.0), ("retry_share", 0.0))


@pytest.mark.parametrize(
    ("edit", "key", "reason"),
    [
        (ours("input_usd_per_million = 1"), "input_usd_per_million", "what a vendor charges"),
        (ours("usd_per_hour = 20_000"), "usd_per_hour", "20000 is beyond"),
        (ours('procurement = "stolen"'), "procurement", "is not allowed"),
        (theirs("usd_per_hour = 1"), "usd_per_hour", "of a machine of our own"),
        (theirs('procurement = "bought"'), "procurement", "of a machine of our own"),
        (theirs("output_usd_per_million = 1"), "prices", "input_usd_per_million is missing"),
        (theirs("input_usd_per_million = 1"), "prices", "output_usd_per_million is missing"),
        (
            theirs("input_usd_per_million = 1e-6, output_usd_per_million = 1"),
            "input_usd_per_million",
            "is beyond what dollars a million tokens can be",
        ),
        (theirs("committed_discount = 0.1"), "prices", "committed_usd_per_month is missing"),
        (figures("run_fte = 3"), "run_fte", "is stated already"),
        (figures("build_monts = 2"), "build_monts", "no figure is called 'build_monts'"),
        (figures("electricity_usd_per_kwh = 30"), "electricity_usd_per_kwh", "30 is beyond"),
    ],
)
def test_a_price_that_cannot_be_meant_is_named_on_its_line(
    problems_after: Reader, workload_file: Path, edit: Edit, key: str, reason: str
) -> None:
    found = problems_after(edit)

    assert any(p.key.endswith(key) and reason in p.reason for p in found), found
    assert all(p.line for p in found)
