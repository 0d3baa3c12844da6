"""The style sheet: its contrasts, and its agreement with the colours that charts are drawn in."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from equipoise.console.charts import palette

CSS = resources.files("equipoise.console").joinpath("report.css").read_text("utf-8")
DECLARATION = re.compile(r"--([a-z]+):\s*(#[0-9a-f]{6});")


def blocks() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    return {"light": dict(DECLARATION.findall(light)), "dark": dict(DECLARATION.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_computed_as_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "wash"])
@pytest.mark.parametrize("text", ["ink", "mute", "open", "closed"])
def test_text_stands_out_enough_to_be_read(scheme: str, ground: str, text: str) -> None:
    colours = blocks()[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mark", ["ink", "mute", "open", "closed", "faded"])
def test_marks_stand_out_enough_to_be_seen(scheme: str, mark: str) -> None:
    colours = blocks()[scheme]

    assert contrast(colours[mark], colours["paper"]) >= 3  # WCAG 2.2, 1.4.11


def test_charts_are_drawn_in_the_light_colours() -> None:
    light = blocks()["light"]

    assert {name: light[name] for name in palette.COLOURS} == palette.COLOURS


def test_every_colour_of_a_chart_is_repainted_by_its_own_variable() -> None:
    rule = r'\.chart \[(fill|stroke)="(#[0-9a-f]{6})"\] \{ \1: var\(--([a-z]+)\); \}'
    repainted = {(name, colour) for _, colour, name in re.findall(rule, CSS)}

    assert repainted == set(palette.COLOURS.items())


def test_the_dark_scheme_redefines_every_colour_and_paper_keeps_to_the_light_one() -> None:
    both = blocks()

    assert both["dark"].keys() == both["light"].keys()
    assert "@media screen and (prefers-color-scheme: dark)" in CSS
    rest = re.sub(r":root \{.*?\}|\[[^]]*\]|@page.*?\n  \}\n", "", CSS, flags=re.DOTALL)
    assert not re.search(r"#[0-9a-f]{3,8}\b", rest)


def test_the_style_sheet_is_short_and_asks_for_nothing() -> None:
    assert len(CSS.splitlines()) <= 400
    assert not re.search(r"url\(|@import|@font-face", CSS)
