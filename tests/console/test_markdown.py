from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from equipoise.console import markdown, words
from equipoise.domain.decision import Decision, Portfolio

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
NASTY = st.text(alphabet="ab1 _*`[]()<>|~\\#+-.!&;:/=\n", min_size=1, max_size=40)


def leaves(source: str) -> list[Token]:
    return [leaf for token in PARSER.parse(source) for leaf in token.children or []]


def kinds(source: str) -> set[str]:
    return {token.type for token in PARSER.parse(source)} | {leaf.type for leaf in leaves(source)}


def test_the_same_portfolio_gives_the_same_record(portfolio: Portfolio) -> None:
    assert markdown.render(portfolio) == markdown.render(portfolio)


@given(NASTY)
def test_a_value_reads_as_it_was_written_whatever_is_in_it(value: str) -> None:
    for start in ("", "- ", "## ", "**Title:** "):
        plain = [leaf for leaf in leaves(start + markdown.escaped(value)) if leaf.type != "text"]
        read = "".join(leaf.content for leaf in leaves(start + markdown.escaped(value)))

        assert {leaf.type for leaf in plain} <= {"text_special", "strong_open", "strong_close"}
        assert tidy(read.removeprefix("Title:")) == tidy(value)


@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=4))
def test_a_table_has_the_cells_it_was_given_whatever_is_in_them(
    rows: list[tuple[str, str]],
) -> None:
    tokens = PARSER.parse(str(markdown.table(["one", "two"], rows, right=[1])))
    cells = [token.content for token in tokens if token.type == "inline"]

    assert len(cells) == 2 * (len(rows) + 1)
    assert [
        tidy("".join(leaf.content for leaf in token.children or []))
        for token in tokens
        if token.type == "inline"
    ][2:] == [tidy(value) for row in rows for value in row]


def test_the_columns_of_a_table_line_up_in_plain_text() -> None:
    assert str(
        markdown.table(["Line", "USD"], [["Fees", "$1,404.00"], ["People", "$9"]], right=[1])
    ) == (
        "| Line   |       USD |\n"
        "| ------ | --------: |\n"
        "| Fees   | $1,404.00 |\n"
        "| People |        $9 |"
    )


def test_commands_that_hold_a_fence_stand_in_a_longer_one() -> None:
    block = str(markdown.fenced(["echo '```'", "a | b < c"]))
    tokens = PARSER.parse(block)

    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == "echo '```'\na | b < c\n"


def test_the_record_holds_no_html_and_no_emphasis_of_its_readers_making(
    portfolio: Portfolio,
) -> None:
    assert not kinds(markdown.render(portfolio)) & {
        "html_block",
        "html_inline",
        "link_open",
        "em_open",
    }


def test_the_record_goes_from_context_to_what_to_do_now(alone: Portfolio) -> None:
    lines = markdown.render(alone).splitlines()

    assert [line for line in lines if line.startswith("#") and not line.startswith("####")] == [
        "# Equipoise decision record 2026-11-02",
        '## Support triage: "urgent" & \\<VIP> mail',
        "### Context",
        "### Decision",
        "### Why",
        "### Options considered",
        "### Consequences",
        "### Evidence",
        "### Assumptions",
        "### What to do now",
        "### Inputs",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "180,000 requests a month. At least 90 % of the answers have to be accepted.",
        "- Confidence: 87 % that it meets the requirements and is the cheapest plan that does",
        "- Cost a month: $1,761 (1,514–2,148)",
        "- Hybrid: Cannot be had: one machine serves all of the traffic; nothing is left over.",
        "accept rate 88 % (82–94), assumed; $0.032 per accepted answer",
        "Now 180,000 requests a month. Trips at 136,000 requests a month.",
        "takes its place. On 2027-03-31.",
        "by data class: confidential data needs",
        "- Crossover at 146,000 requests a month: below, gpt-5-mini is cheaper; above, qwen3-8b-l4",
        "93 % (90.4–95.1) of answers; Wilson interval, 95 %, 500 items; rests on plan sha256:5a1e",
        "Source: cloud price list, https://cloud.example/prices?gpu=l4&region=us, checked 2026-",
        "Measure llama-70b-hosted on 240 items ($0.31, 24 minutes).",
        "#### Cost of claude-haiku (excluded)",
        "| Cost a month |          $1,761.00 | the sum ",
        "| catalog      | 2026-10-28 ",
    ],
)
def test_the_record_says(alone: Portfolio, sentence: str) -> None:
    assert sentence in markdown.render(alone)


def test_all_six_plans_have_a_row_for_each_workload(portfolio: Portfolio) -> None:
    record = markdown.render(portfolio)

    for name in words.PLANS.values():
        assert len(re.findall(rf"^\| {name}(?: \(chosen\))? +\|", record, re.MULTILINE)) == 2


def test_undecided_is_recorded_like_any_other_answer(portfolio: Portfolio) -> None:
    record = markdown.render(portfolio)

    assert "- Plan: Undecided\n- Confidence: 58 % in the best plan so far" in record
    assert "- Undecided: No candidate is shown to meet the floor yet." in record


def test_a_record_without_grounds_says_so(undecided: Decision) -> None:
    bare = replace(undecided, next_measurement=None)
    record = markdown.render(Portfolio("p", bare.decided_on, (bare,)))

    assert "No tripwire is set." in record
    assert "None is cited." in record
    assert "Nothing was assumed." in record
    assert "Review it by 2026-12-02" in record


def tidy(text: str) -> str:
    return " ".join(text.split())
