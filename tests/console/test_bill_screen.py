"""The page of a bill in a real browser: on a phone, on a desk, on paper, and with hostile names."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from tests.console import test_page
from tests.console.bills import RICH, SPARSE
from tests.console.hostile_bill import HOSTILE_PAGE
from tests.console.test_page import opened, overflow

from equipoise.console import bill_report

browser = test_page.browser
PAGES = {"rich": RICH, "sparse": SPARSE, "hostile": HOSTILE_PAGE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bills")
    for name, page in PAGES.items():
        (made / f"{name}.html").write_text(bill_report.render(page), encoding="utf-8")
    return made


@pytest.mark.parametrize("width", [390, 500, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_reaches_over_the_edge_of_the_screen(
    browser: Browser, folder: Path, name: str, width: int
) -> None:
    page = opened(browser, folder / f"{name}.html", width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert overflow(page) == 0
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_reaches_over_the_edge_of_a_sheet_of_paper(
    browser: Browser, folder: Path, name: str
) -> None:
    page = opened(browser, folder / f"{name}.html", 688)  # 182 mm, A4 without its margins
    page.emulate_media(media="print")

    assert overflow(page) == 0
    page.context.close()


def test_every_chart_is_whole_in_a_window_of_500_pixels(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder / "rich.html", 500)
    wide = page.evaluate(
        "() => [...document.querySelectorAll('figure > .scroll')]"
        ".filter(box => box.scrollWidth > box.clientWidth).length"
    )

    assert page.locator("figure").count() == 8
    assert wide == 0
    page.context.close()


def test_hostile_names_ask_for_nothing_and_run_nothing(browser: Browser, folder: Path) -> None:
    page = browser.new_context(offline=True).new_page()
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("pageerror", lambda error: heard.append(str(error)))
    file = folder / "hostile.html"
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")

    assert [each for each in heard if not each.startswith("data:")] == [file.as_uri()]
    page.context.close()


def test_words_in_a_chart_do_not_lie_on_one_another(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder / "rich.html", 1280)
    crossed = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart')].flatMap(chart => {
            const boxes = [...chart.querySelectorAll('text')].map(each =>
                [each.textContent, each.getBoundingClientRect()]);
            return boxes.flatMap(([one, a], n) => boxes.slice(n + 1).filter(([, b]) =>
                a.left < b.right - 1 && b.left < a.right - 1 &&
                a.top < b.bottom - 4 && b.top < a.bottom - 4).map(([two]) => [one, two]));
        })"""
    )

    assert crossed == []
    page.context.close()


def test_everything_that_scrolls_can_be_reached_by_keyboard(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder / "rich.html", 390)
    stuck = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(box =>"
        "box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto'"
        "&& box.tabIndex < 0).length"
    )

    assert stuck == 0
    page.context.close()


def test_the_bill_prints_on_four_pages_with_its_figures_whole(
    browser: Browser, folder: Path
) -> None:
    page = opened(browser, folder / "rich.html", 1280)
    reader = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = [" ".join(sheet.extract_text().split()) for sheet in reader.pages]
    page.context.close()

    assert len(sheets) <= 4
    assert float(reader.pages[0].mediabox.width) == pytest.approx(595, abs=1)  # A4 in points
    assert "would cost $4,600 more" in sheets[0]
    assert "Today's bill" in sheets[0]
    assert "Equipoise bill" in sheets[0]
    assert f"1 / {len(sheets)}" in sheets[0]
    assert "counted once" in " ".join(sheets)
