"""The page in a real browser: what it asks for, how wide it is, how it prints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from equipoise.console import report
from equipoise.domain.decision import Portfolio

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed (Debian package: chromium)"
        if os.environ.get("EQUIPOISE_REQUIRE_DEBIAN_PACKAGES"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def file(portfolio: Portfolio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "record.html"
    path.write_text(report.render(portfolio), encoding="utf-8")
    return path


def opened(browser: Browser, file: Path, width: int, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=True,
    )
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def overflow(page: Page) -> int:
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def test_the_page_asks_for_nothing_and_reports_no_error(browser: Browser, file: Path) -> None:
    page = browser.new_context(offline=True).new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")

    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert said == []
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_reaches_over_the_edge_of_the_screen(
    browser: Browser, file: Path, width: int
) -> None:
    page = opened(browser, file, width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert overflow(page) == 0
    page.context.close()


def test_a_wide_chart_scrolls_inside_its_figure_on_a_narrow_screen(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file, 390)
    frame = page.locator("figure > .scroll").first

    assert frame.evaluate("box => box.scrollWidth > box.clientWidth")
    page.context.close()


def test_nothing_reaches_over_the_edge_of_a_sheet_of_paper(browser: Browser, file: Path) -> None:
    page = opened(browser, file, 688)  # 182 mm, A4 without its margins
    page.emulate_media(media="print")

    assert overflow(page) == 0
    page.context.close()


def test_charts_take_the_colours_of_the_scheme(browser: Browser, file: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = opened(browser, file, 1280, scheme)
        colours[scheme] = page.evaluate(
            "() => ['html', '.chart [fill=\"#1a1a1a\"]'].map(name => {"
            "const style = getComputedStyle(document.querySelector(name));"
            "return name === 'html' ? style.backgroundColor : style.fill})"
        )
        page.context.close()

    assert colours["light"] == ["rgb(255, 255, 255)", "rgb(26, 26, 26)"]
    assert colours["dark"] == ["rgb(21, 21, 21)", "rgb(238, 238, 238)"]


def test_paper_is_white_even_for_readers_in_the_dark(browser: Browser, file: Path) -> None:
    page = opened(browser, file, 688, "dark")
    page.emulate_media(media="print", color_scheme="dark")

    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    page.context.close()


def test_a_screen_reader_hears_the_finding_of_each_chart(browser: Browser, file: Path) -> None:
    page = opened(browser, file, 1280)
    names = [page.get_by_role("img").nth(rank).get_attribute("aria-label") for rank in range(4)]

    assert names == page.locator("h4").all_text_contents()
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    page.context.close()


def test_everything_that_scrolls_can_be_reached_by_keyboard(browser: Browser, file: Path) -> None:
    page = opened(browser, file, 390)
    stuck = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(box =>"
        "box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto'"
        "&& box.tabIndex < 0).length"
    )

    assert stuck == 0
    page.context.close()


def test_the_first_tab_shows_the_way_past_the_masthead(browser: Browser, file: Path) -> None:
    page = opened(browser, file, 1280)
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.context.close()


def test_the_record_prints_on_few_pages_with_its_figures_whole(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file, 1280)
    reader = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = [" ".join(sheet.extract_text().split()) for sheet in reader.pages]
    text = " ".join(sheets)
    page.context.close()

    assert len(sheets) <= 6
    assert float(reader.pages[0].mediabox.width) == pytest.approx(595, abs=1)  # A4 in points
    assert "Run Qwen3 8B on one L4 of our own" in sheets[0]
    assert "you are here: 180,000" in sheets[0]
    assert f"1 / {len(sheets)}" in sheets[0]
    assert "deepinfra/llama-3.3-70b" in text  # the table of a figure, closed on screen
    assert "https://cloud.example/prices" in text  # addresses can be read on paper
    assert "equipoise decide triage.toml" in text
    assert "Undecided: 120 items cannot tell" in text
