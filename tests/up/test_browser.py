"""The console's page in a real browser, served by the console itself."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.up.running import Running

from equipoise.console.overview import Overview, render

Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser(debian_program: Callable[[str, str], str]) -> Iterator[Browser]:
    path = debian_program("chromium", "chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_seen_without_an_error_or_a_request_elsewhere(
    browser: Browser, up: Running, tmp_path: Path, scheme: Scheme
) -> None:
    page = browser.new_context(color_scheme=scheme).new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(up.console)
    page.wait_for_load_state("networkidle")
    picture = page.screenshot(path=tmp_path / "overview.png", full_page=True)

    assert [url for url in asked if not url.startswith("data:")] == [f"{up.console}/"]
    assert said == []
    assert "none of it estimated" in page.inner_text(".lede")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 1280
    assert height > 700
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 21, 21)")
    page.context.close()


def shown(browser: Browser, file: Path, overview: Overview, width: int) -> Page:
    file.write_text(render(overview), encoding="utf-8")
    page = browser.new_context(viewport={"width": width, "height": 900}, offline=True).new_page()
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_reaches_over_the_edge_of_the_screen(
    browser: Browser, tmp_path: Path, full: Overview, width: int
) -> None:
    page = shown(browser, tmp_path / "full.html", full, width)
    root = "document.documentElement"

    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    page.context.close()


def test_the_bar_of_a_cost_is_as_long_as_its_part_of_the_dearest(
    browser: Browser, tmp_path: Path, full: Overview
) -> None:
    page = shown(browser, tmp_path / "full.html", full, 1280)
    widths = page.evaluate(
        "[...document.querySelectorAll('.spent i:last-child')].map(bar => bar.offsetWidth)"
    )

    assert widths[1] / widths[0] == pytest.approx(38.1 / (143.5 - 4.25), abs=0.02)
    assert widths[3] == 0
    page.context.close()


def test_the_page_can_be_heard_and_walked_through(
    browser: Browser, tmp_path: Path, full: Overview
) -> None:
    page = shown(browser, tmp_path / "full.html", full, 390)
    stuck = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(box =>"
        "box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto'"
        "&& box.tabIndex < 0).length"
    )

    assert stuck == 0
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.context.close()
