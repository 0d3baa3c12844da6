from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from equipoise.console import report, view, words
from equipoise.domain.decision import CostLine, Decision, NeededQuality, Portfolio

VOID = frozenset({"meta", "link"})
CELLS = frozenset({"td", "th", "caption", "dt", "dd", "text"})


@dataclass
class Element:
    """An element of the page; `text` is all of the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page in document order, with the text of each."""

    source: str
    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        assert not self._open, f"left open: {self._open[-1].tag}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag
        if tag in CELLS:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def part(self, name: str) -> str:
        """The text of the first part of that name, without double spaces."""
        parts = [e for e in self.all("section") if name in e.attributes["class"].split()]
        return tidy(parts[0].text)


def tidy(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def page(portfolio: Portfolio) -> Page:
    return Page(report.render(portfolio))


@pytest.fixture(scope="module")
def decided_page(alone: Portfolio) -> Page:
    return Page(report.render(alone))


def test_the_same_portfolio_gives_the_same_bytes(portfolio: Portfolio) -> None:
    assert report.render(portfolio) == report.render(portfolio)


def test_the_page_has_one_main_one_first_heading_and_a_language(page: Page) -> None:
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    assert page.all("html")[0].attributes["lang"] == "en"


def test_headings_never_skip_a_level(page: Page) -> None:
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4", "h5", "h6")]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_first_thing_to_tab_to_leads_past_the_masthead(page: Page) -> None:
    assert page.all("a")[0].attributes["href"] == "#record"


def test_every_id_is_given_once_and_every_reference_leads_somewhere(page: Page) -> None:
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    inner = [e.attributes["href"] for e in page.all("a") if e.attributes["href"].startswith("#")]
    labels = [
        e.attributes["aria-labelledby"] for e in page.elements if "aria-labelledby" in e.attributes
    ]

    assert len(ids) == len(set(ids))
    assert {link[1:] for link in inner} | set(labels) <= set(ids)


def test_every_table_says_what_it_is_and_every_header_what_it_heads(page: Page) -> None:
    assert page.all("table")
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(tidy(caption.text) for caption in page.all("caption"))
    assert all(head.attributes.get("scope") for head in page.all("th"))


def test_every_figure_is_an_image_with_a_name_a_caption_and_its_numbers(page: Page) -> None:
    figures = page.all("figure")
    images = page.all("svg")

    assert len(figures) == len(images) == 4
    assert len(page.all("figcaption")) == len(page.all("details")) == 4
    assert all(image.attributes["role"] == "img" for image in images)
    assert [i.attributes["aria-label"] for i in images] == [h.text for h in page.all("h4")]


def test_the_page_runs_nothing_and_asks_for_nothing(page: Page) -> None:
    policy = next(e for e in page.all("meta") if e.attributes.get("http-equiv"))

    assert "default-src 'none'" in policy.attributes["content"]
    assert not page.all("script", "iframe", "img", "object", "form")
    assert all(link.attributes["href"] == "data:," for link in page.all("link"))
    assert not any(name.startswith("on") for e in page.elements for name in e.attributes)


def test_what_people_wrote_is_text_and_never_markup(decided: Decision) -> None:
    hostile = '</style></title><script>alert("&lt;")</script>'
    rows = (replace(decided.candidates[0], candidate=hostile), *decided.candidates[1:])
    bad = replace(decided, title=hostile, answer=hostile, workload=hostile, candidates=rows)
    page = Page(report.render(Portfolio(hostile, decided.decided_on, (bad,))))

    assert not page.all("script")
    assert page.all("h2")[0].text == hostile


def test_an_address_that_is_no_web_address_is_no_link(decided: Decision) -> None:
    source = replace(decided.assumptions[0].source, url="javascript:alert(1)")
    findings = (replace(decided.licences[0], source="javascript:alert(1)"),)
    bad = replace(
        decided,
        assumptions=(replace(decided.assumptions[0], source=source),),
        licences=findings,
    )
    page = Page(report.render(Portfolio("p", decided.decided_on, (bad,))))

    assert not any("javascript" in link.attributes["href"] for link in page.all("a"))


def test_several_workloads_are_summed_up_first_with_links(page: Page, alone: Portfolio) -> None:
    assert [tidy(link.text) for link in page.all("a")[1:3]] == [
        'Support triage: "urgent" & <VIP> mail',
        "Clinic notes",
    ]
    assert not Page(report.render(alone)).all("nav")


def test_the_answer_comes_with_its_confidence_and_cost(decided_page: Page) -> None:
    answer = tidy(
        next(e for e in decided_page.all("header") if e.attributes["class"] == "answer").text
    )

    assert "Run Qwen3 8B on one L4 of our own" in answer
    assert "Confidence 87 %" in answer
    assert "Cost a month $1,761 (1,514–2,148)" in answer
    assert "Per accepted answer $0.0256 (0.0230–0.0297)" in answer
    assert "Holds until 2027-05-01" in answer


def test_the_parts_stand_in_the_order_of_a_readers_questions(decided_page: Page) -> None:
    assert [tidy(heading.text) for heading in decided_page.all("h3")] == [
        "What would change it",
        "The evidence",
        "The plans",
        "Where the money goes",
        "Excluded",
        "Licences",
        "Assumptions",
        "What to do now",
        "Inputs",
    ]


def test_a_tripwire_says_where_it_stands_and_where_it_trips(decided_page: Page) -> None:
    wires = decided_page.part("tripwires")

    assert "Below this volume the API is cheaper than a machine of our own." in wires
    assert "180,000 requests a month 136,000 requests a month" in wires
    assert "$10.00 per million output tokens $7.10 per million output tokens" in wires
    assert "2027-03-31" in wires
    assert "82 to 94 % is assumed. 93.8 %" in wires


def test_a_candidate_that_no_quality_could_save_is_said_to_be_one(decided: Decision) -> None:
    hopeless = (NeededQuality("phi-4", None, "phi-4 cannot win at any quality"),)
    bad = replace(decided, needed=hopeless)
    page = Page(report.render(Portfolio("p", bad.decided_on, (bad,))))

    assert "phi-4 cannot win at any quality no accept rate" in page.part("tripwires")


def test_all_six_plans_are_shown_with_a_cost_or_a_reason(decided_page: Page) -> None:
    plans = decided_page.part("plans")

    assert all(name in plans for name in words.PLANS.values())
    assert "$1,561 (1,342–1,904)" in plans
    assert "Cannot be had: one machine serves all of the traffic; nothing is left over" in plans
    assert "Undecided Not needed: the evidence suffices to decide" in plans
    assert "not shown, assumed" in plans


def test_a_plan_that_the_record_leaves_out_is_still_a_row(decided: Decision) -> None:
    rows = view.plan_rows(replace(decided, plans=()))

    assert len(rows) == 6
    assert [row.reason for row in rows][:2] == ["Not priced in this record"] * 2


def test_the_lines_of_every_candidate_add_up_to_what_is_shown(
    decided: Decision, decided_page: Page
) -> None:
    shown = decided_page.part("accounts")

    for account in view.accounts(decided):
        assert sum(account.by_kind.values()) == pytest.approx(account.row.monthly_usd)
        assert account.monthly_usd + account.rework_usd == pytest.approx(account.total_usd)
    assert "qwen3-8b-l4 – $511.00 $1,250.00 $1,761.00 $2,520.00 $4,281.00 $0.0256" in shown
    assert "Machines, $511.00: 1 × L4 at $0.70 an hour, 730 hours; 41 % busy at the peak" in shown
    assert "Rework, $2,520.00: 180,000 × 7 % not accepted × $0.20" in shown
    assert "claude-haiku (excluded) $635.40 – $625.00 $1,260.40 – – not known" in shown


def test_a_kind_of_cost_that_nobody_foresaw_gets_its_own_column(decided: Decision) -> None:
    row = decided.candidates[0]
    odd = replace(row, costs=(CostLine("power_and_cooling", 40.0, "metered"), *row.costs))
    rows = (odd, *decided.candidates[1:])

    assert view.cost_kinds(replace(decided, candidates=rows)) == (
        "fees",
        "machines",
        "people",
        "power_and_cooling",
    )


def test_what_was_not_measured_is_called_assumed_wherever_it_stands(decided_page: Page) -> None:
    assert "88 % (82–94) assumed" in decided_page.part("evidence")
    assert "llama-70b-hosted (assumed)" in decided_page.part("evidence")
    assert "not shown, assumed" in decided_page.part("plans")
    assert "Rework (assumed accept rate)" in decided_page.part("accounts")


def test_what_is_said_of_several_is_said_once(decided: Decision) -> None:
    licence, assumption = decided.licences[0], decided.assumptions[0]
    twice = replace(
        decided,
        licences=(licence, replace(licence, candidate="another")),
        assumptions=(assumption, replace(assumption, subject="another")),
    )

    assert [row.candidates for row in view.licence_rows(twice)] == [("qwen3-8b-l4", "another")]
    assert [len(row.subjects) for row in view.assumption_rows(twice)] == [2]


def test_what_was_excluded_says_by_which_requirement_and_why(decided_page: Page) -> None:
    assert (
        'claude-haiku anthropic/claude-haiku-4.5 data class confidential data needs a "no training"'
        in decided_page.part("excluded")
    )


def test_licences_and_assumptions_name_their_source_and_date(decided_page: Page) -> None:
    links = {link.attributes["href"] for link in decided_page.all("a")}

    assert "https://www.apache.org/licenses/LICENSE-2.0" in links
    assert "https://cloud.example/prices?gpu=l4&region=us" in links
    assert "On demand, us-central1 cloud price list 2026-10-01" in decided_page.part("assumptions")
    assert "usage export undated" in decided_page.part("assumptions")
    assert 'Show "Built with Llama".' in decided_page.part("licences")


def test_the_next_step_has_its_cost_and_its_commands(decided_page: Page) -> None:
    assert "Measure llama-70b-hosted on 240 items $0.31, 24 minutes" in decided_page.part("next")
    assert decided_page.all("pre")[0].text.splitlines()[-1] == "equipoise decide triage.toml"


def test_every_input_stands_beside_its_digest(decided: Decision, decided_page: Page) -> None:
    inputs = decided_page.part("inputs")

    assert all(f"{name} {digest}" in inputs for name, digest in decided.inputs)


def test_undecided_is_an_answer_with_its_next_step(undecided: Decision) -> None:
    page = Page(report.render(Portfolio("p", undecided.decided_on, (undecided,))))
    answer = tidy(next(e for e in page.all("header") if e.attributes["class"] == "answer").text)

    assert answer.startswith("Undecided Clinic notes Undecided: 120 items cannot tell")
    assert "58 % in the best plan so far" in answer
    assert "To find out $9.20 and 6.5 hours: what to do now" in answer
    assert "Undecided for now No candidate is shown to meet the floor yet" in page.part("plans")


def test_a_decision_with_nothing_to_draw_or_to_cite_still_gets_its_page(
    undecided: Decision,
) -> None:
    bare = replace(undecided, candidates=(), curves=(), plans=(), next_measurement=None, inputs=())
    page = Page(report.render(Portfolio("p", bare.decided_on, (bare,))))

    assert not page.all("svg")
    assert "Nothing has been measured yet." in page.part("evidence")
    assert "No measurement would change this decision" in page.part("next")


def test_no_figure_is_printed_as_the_repr_of_a_float(page: Page) -> None:
    text = page.all("body")[0].text

    assert not re.search(r"\d\.\d{6,}|\de[-+]\d\d|\bnan\b|\bNone\b", text)


def test_evidence_on_different_grounds_names_them_row_by_row(decided: Decision) -> None:
    first, *rest = decided.evidence
    mixed = replace(decided, evidence=(replace(first, rests_on=("probe sha256:77",)), *rest))
    page = Page(report.render(Portfolio("p", mixed.decided_on, (mixed,))))

    assert "probe sha256:77" in page.part("evidence")
    assert "All rest on" not in page.part("evidence")


def test_the_page_is_light(alone: Portfolio) -> None:
    assert len(report.render(alone).encode()) < 50_000
