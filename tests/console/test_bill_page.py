"""The page of a bill: what stands where, that it adds up, and what no name can do to it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.console.bills import RICH, SPARSE, row
from tests.console.hostile_bill import HOSTILE, HOSTILE_PAGE
from tests.console.test_report import Page, tidy

from equipoise.bill.page import Advice, BillPage, Breakdown, Range, Reconciliation
from equipoise.console import bill_report, bill_words
from equipoise.console import format as written
from equipoise.domain.bill import Note, Role


@pytest.fixture(scope="module")
def rich() -> Page:
    return Page(bill_report.render(RICH))


@pytest.fixture(scope="module")
def sparse() -> Page:
    return Page(bill_report.render(SPARSE))


@pytest.fixture(scope="module")
def hostile() -> Page:
    return Page(bill_report.render(HOSTILE_PAGE))


def answer(page: Page) -> str:
    return tidy(next(e for e in page.all("header") if e.attributes["class"] == "answer").text)


def rendered(page: BillPage) -> Page:
    return Page(bill_report.render(page))


def test_the_same_bill_gives_the_same_bytes() -> None:
    assert bill_report.render(RICH) == bill_report.render(RICH)


def test_the_title_says_which_days_it_is_about(rich: Page) -> None:
    assert tidy(rich.all("h1")[0].text) == "The bill: 2026-09-01 to 2026-10-31"
    assert rich.all("title")[0].text == "The bill: 2026-09-01 to 2026-10-31"


def test_the_parts_stand_in_the_order_of_a_readers_questions(rich: Page) -> None:
    assert [tidy(heading.text) for heading in rich.all("h3")] == [
        "From today's bill to running it ourselves",
        "What is spent, and on what",
        "Day by day",
        "Do the invoices add up",
        "Running it ourselves: the ceiling",
        "What no bill tells",
        "Workloads worth a trial",
        "What to know about the numbers",
        "Sources",
        "Assumptions",
        "Inputs",
    ]


def test_the_answer_comes_first_with_its_reasons_and_four_figures(rich: Page) -> None:
    first = answer(rich)

    assert first.startswith("Stay, with one exception $88,825.00 in 61 days Stay with the vendors:")
    assert all(reason in first for reason in RICH.reasons)
    assert "Spend a month $44,321" in first
    assert "Most saved without migrating $8,100 a month (0–8,100): The next smaller model" in first
    assert "Break-even bill $61,900 a month; 80 % : $44,100 to $118,000" in first.replace(
        "%:", "% :"
    )


def test_a_ceiling_below_nothing_is_said_plainly(rich: Page) -> None:
    assert (
        "would cost $4,600 more a month, at equal quality; 80 %: from $12,900 more to $3,300 saved"
        in answer(rich)
    )
    assert "that is $4,600 more than is saved" in rich.part("ceiling")


@pytest.mark.parametrize(
    ("net", "words"),
    [
        (Range(7_421, 3_000, 15_900), ("$7,420", "$3,000 to $15,900 saved")),
        (Range(7_421, -1_249, 15_900), ("$7,420", "from $1,250 more to $15,900 saved")),
        (Range(-9, -9, -9), ("would cost $9.00 more", "$9.00 more")),
        (Range(-9, -12, -3), ("would cost $9.00 more", "$3.00 to $12.00 more")),
    ],
)
def test_the_sign_of_a_saving_is_a_word(net: Range, words: tuple[str, str]) -> None:
    assert (bill_words.difference(net), bill_words.between(net)) == words


def test_what_moves_to_other_models_is_no_saving_without_migrating() -> None:
    best = bill_words.without_migrating(RICH)

    assert best is not None
    assert best.kind == "smaller"
    assert bill_words.without_migrating(replace(RICH, savings=RICH.savings[:1])) is None


def test_a_break_even_bill_that_is_not_there_is_said_to_be_none() -> None:
    assert RICH.break_even is not None
    none = replace(
        RICH, break_even=replace(RICH.break_even, usd=None, others=(499.9, 500.1, 900.0))
    )
    page = rendered(none)

    assert "Break-even bill none not up to a thousand times today's bill" in answer(page)
    assert "changes only at $500 and $900 a month" in page.part("ceiling")


def test_the_rows_of_every_table_of_spend_add_up_to_the_whole(rich: Page) -> None:
    spend = rich.part("spend")

    for breakdown in RICH.breakdowns:
        assert sum(part.pico for part in breakdown.rows) == RICH.total_pico
        assert f"The {len(breakdown.rows)} rows add up to $88,825.00." in spend
        for part in breakdown.rows:
            assert written.exact_usd(part.pico) in spend
    assert spend.count("Sum $88,825.00 100 %") == 3


def test_rows_that_are_not_the_whole_say_what_the_whole_is() -> None:
    part = replace(RICH, breakdowns=(Breakdown("key", (row("a", 3), row("b", 2))),))

    assert "Sum $5.00" in rendered(part).part("spend")
    assert "The whole bill is $88,825.00" in rendered(part).part("spend")


def test_invoices_and_list_prices_stand_side_by_side_with_what_is_left(rich: Page) -> None:
    part = rich.part("reconciliation")

    assert "The invoices are $15.79 (under 0.1 %) above what list prices make" in part
    assert "gpt-5 openai 1,204,551,020 $37,912.20 $38,102.94 $190.74 0.5 %" in part
    assert "gemini-2.5-flash google 911,000,412 $7,400.00 – –" in part
    assert "Where both are known 4,207,751,133 $70,392.30 $70,408.09 $15.79" in part


def test_what_is_billed_for_no_model_or_at_no_known_price_is_always_shown(
    rich: Page, sparse: Page
) -> None:
    assert "Promotional credit −$1,500.00 Sum $3,322.47" in rich.part("reconciliation")
    assert "o9-preview 88,000 41" in rich.part("reconciliation")
    assert "Tax $12.50" in sparse.part("reconciliation")
    assert "o9 5 –" in sparse.part("reconciliation")


def test_where_nothing_can_be_compared_it_is_said_why(sparse: Page) -> None:
    assert "There is nothing to compare: no usage was given." in sparse.part("reconciliation")


def test_days_alone_that_can_be_compared_are_said_to_be_alone() -> None:
    days = replace(RICH.reconciliation, by_model=(), why="a: time zones differ")
    part = rendered(replace(RICH, reconciliation=days)).part("reconciliation")

    assert "Days can be compared, models cannot" in part
    assert "A: time zones differ." in part


def test_a_fleet_shows_what_it_takes_and_what_it_gains(rich: Page) -> None:
    part = rich.part("ceiling")

    assert "Qwen3 30B A3B: 4 machines of L40S 48 GB, 1 of them spare" in part
    assert "$9,900 $4,380 $5,520" in part
    assert "1.2 taken here $18,200 −$4,600" in part
    assert "would not be rented" not in part


def test_every_missing_fact_says_how_to_learn_it(rich: Page) -> None:
    part = rich.part("missing")

    for fact in RICH.missing:
        assert fact.how_to_learn in part
    assert part.index("$22,800 $6,020 to") < part.index("$10,100 −$1,100 to")


def test_a_draft_has_its_file_behind_a_summary(rich: Page) -> None:
    assert "$6,190 a month, of which at most $4,720 could be saved" in rich.part("drafts")
    assert [code.text for code in rich.all("code")] == [draft.toml for draft in RICH.drafts]


def test_notes_are_in_the_open_and_never_folded_away(rich: Page) -> None:
    html = bill_report.render(RICH)
    notes = html[html.index('id="bill-notes"') : html.index('id="bill-sources"')]

    assert "<details" not in notes
    for note in RICH.notes:
        assert note.text in rich.part("notes")
    assert "counted once. $310.02" in rich.part("notes")


def test_sources_say_what_they_can_vouch_for_and_what_was_kept_unread(rich: Page) -> None:
    part = rich.part("sources")

    assert "Invoice: what is paid; days in UTC" in part
    assert "kept unread: organization_name, line_item_note" in part
    assert "88,120" in part


def test_a_bill_of_which_little_is_known_gets_its_page_too(sparse: Page) -> None:
    assert "Not known yet" in answer(sparse)
    assert "Most that running it ourselves saves not known" in answer(sparse)
    assert "$412.50 in 1 day " in answer(sparse)
    assert "nothing found" in answer(sparse)
    assert not sparse.all("svg")
    assert "cannot be said from these exports" in sparse.part("ceiling")
    assert "No part of this bill is worth a trial" in sparse.part("drafts")
    assert "By project: all of it, $412.50, names none." in sparse.part("spend")


def test_a_bill_without_any_breakdown_or_model_is_still_a_page() -> None:
    nothing = Reconciliation((), (), (), (), compared=False)
    page = rendered(replace(SPARSE, breakdowns=(), reconciliation=nothing, sources=(), inputs=()))

    assert "nothing that it could be divided by" in page.part("spend")
    assert "no usage and invoice tell of the same model" in page.part("reconciliation")


def test_every_advice_and_every_role_has_its_words() -> None:
    assert set(bill_words.ADVICE) == set(Advice)
    assert set(bill_words.ROLES) == set(Role)


def test_headings_never_skip_a_level(rich: Page, hostile: Page) -> None:
    for page in (rich, hostile):
        levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4", "h5", "h6")]

        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_id_is_given_once_and_every_reference_leads_somewhere(
    rich: Page, sparse: Page, hostile: Page
) -> None:
    for page in (rich, sparse, hostile):
        ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
        inner = {
            e.attributes["href"][1:] for e in page.all("a") if e.attributes["href"].startswith("#")
        }
        labels = {
            e.attributes[n] for e in page.elements for n in ["aria-labelledby"] if n in e.attributes
        }

        assert len(ids) == len(set(ids))
        assert inner | labels <= set(ids)


def test_every_chart_is_named_by_its_finding_and_stands_by_its_numbers(rich: Page) -> None:
    charts = [e for e in rich.all("svg") if e.attributes.get("role") == "img"]
    findings = [tidy(e.text) for e in rich.all("h4")]

    assert len(charts) == 8
    for chart in charts:
        assert tidy(chart.attributes["aria-label"]) in findings
    sections = bill_report.render(RICH).split("<section")[1:]
    drawn = [section for section in sections if "<figure" in section]
    assert all(section.count("<table") >= section.count("<figure") for section in drawn)


def test_the_page_loads_nothing_and_runs_nothing(rich: Page, hostile: Page) -> None:
    for page in (rich, hostile):
        policies = [e.attributes.get("content", "") for e in page.all("meta")]

        assert any("default-src 'none'" in policy for policy in policies)
        assert not page.all("script", "img", "iframe", "object", "form", "base")
        assert {e.attributes["href"] for e in page.all("link")} == {"data:,"}
        assert not [n for e in page.elements for n in e.attributes if n.startswith("on")]


def test_no_name_becomes_markup_or_a_template(rich: Page, hostile: Page) -> None:
    assert {e.tag for e in hostile.elements} <= {e.tag for e in rich.elements} | {"bdi", "em"}
    assert "{{ 7 * 7 }}{% raw %}" in hostile.part("spend")
    assert "<script>alert(1)</script>" in hostile.part("spend")


def test_no_name_in_a_cell_is_a_formula(hostile: Page) -> None:
    names = [e.text for e in hostile.all("bdi")]

    assert '\'=HYPERLINK("https://evil.example","pay here")' in names
    assert "'-2+3" in names
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]


def test_a_number_is_never_led_by_an_apostrophe(rich: Page) -> None:
    assert not [e.text for e in rich.all("td", "th") if e.text.startswith("'")]
    assert "−$1,500.00" in [e.text for e in rich.all("td")]


def test_no_character_turns_the_page_around_or_breaks_it() -> None:
    html = bill_report.render(HOSTILE_PAGE)

    assert html.encode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)


def test_what_has_no_name_is_said_to_have_none(hostile: Page) -> None:
    empty = [name for name in HOSTILE if not name.strip()]
    nameless = [e for e in hostile.all("bdi") if e.attributes.get("class") == "nameless"]

    assert len(nameless) >= len(empty)
    assert {e.text for e in nameless} == {"no name given"}


def test_a_note_of_under_a_cent_is_not_rounded_to_nothing() -> None:
    small = replace(RICH, notes=(Note("rounding", "Rounded by the vendor.", -1),))

    assert "Rounded by the vendor. under a cent" in rendered(small).part("notes")


def test_no_figure_is_printed_as_the_repr_of_a_float(rich: Page) -> None:
    text = rich.all("body")[0].text

    assert not re.search(r"\d\.\d{6,}|\de[-+]\d\d|\bnan\b|\bNone\b", text)


def test_the_page_is_light() -> None:
    assert len(bill_report.render(RICH).encode()) < 130_000


def test_a_residual_of_nothing_is_told_as_agreement() -> None:
    same = tuple(
        replace(each, invoiced_pico=each.list_pico) for each in RICH.reconciliation.by_model
    )
    page = rendered(replace(RICH, reconciliation=replace(RICH.reconciliation, by_model=same)))

    assert "The invoices are what list prices make of the usage" in page.part("reconciliation")
