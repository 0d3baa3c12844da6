"""The charts of a bill: what is drawn, where, and in whose words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta

import altair as alt
import pytest
from tests.console.bills import BREAK_EVEN, CEILING, DAYS, FIRST, RICH, SPARSE, curve, row, usd
from tests.console.hostile_bill import HOSTILE, HOSTILE_PAGE

from equipoise.bill.page import Breakdown, BreakEven, Range, SpendRow, Trend
from equipoise.console import bill_figures, bill_findings
from equipoise.console.charts import (
    bill_ladder,
    break_even,
    daily,
    draw,
    missing_facts,
    palette,
    residuals,
    spend_bars,
    spend_trend,
)


def texts(chart: alt.LayerChart) -> list[str]:
    return [e.text or "" for e in drawn(chart).iter() if e.tag.endswith("text")]


def drawn(chart: alt.LayerChart) -> ET.Element:
    return draw.drawing(chart, "one", "a finding")


def bars_of(chart: alt.LayerChart, colour: str = palette.FADED) -> list[tuple[float, float]]:
    """Width and height of each bar of a colour, as drawn."""
    paths = [e.get("d", "") for e in drawn(chart).iter() if e.get("fill") == colour]
    numbers = [path.replace("v", "h").split("h") for path in paths if "h" in path]
    return [(float(each[1]), float(each[2])) for each in numbers]


def all_charts() -> list[alt.LayerChart]:
    return [
        bill_ladder.chart(RICH),
        spend_bars.chart(RICH.breakdowns[1]),
        spend_trend.chart(RICH.trend),
        residuals.chart(RICH.reconciliation),
        break_even.chart(BREAK_EVEN, RICH.monthly_usd),
        missing_facts.chart(RICH.missing, CEILING.net),
    ]


def test_every_colour_drawn_is_one_that_the_style_sheet_repaints() -> None:
    for chart in all_charts():
        used = {
            element.attrib[name]
            for element in drawn(chart).iter()
            for name in ("fill", "stroke")
            if name in element.attrib
        }

        assert used - {"none", "transparent"} <= set(palette.COLOURS.values())


def test_a_chart_is_drawn_to_the_same_bytes_every_time() -> None:
    first = [draw.svg(chart, "one", "x") for chart in all_charts()]

    assert [draw.svg(chart, "one", "x") for chart in all_charts()] == first


def test_the_ladder_goes_from_today_over_every_saving_to_our_own_machines() -> None:
    assert [rung.name for rung in bill_ladder.rungs(RICH)] == [
        "Today's bill",
        "The next smaller model of the same vendor",
        "Prompt caching",
        "Batches",
        "Open weights at a host",
        "Open weights, run by ourselves",
    ]
    assert {
        "$44,321",
        "saves $8,100 (0–8,100)",
        "costs $4,600 more (−3,300–12,900)",
    } <= set(texts(bill_ladder.chart(RICH)))


def test_the_last_rung_is_what_stays_billed_the_machines_and_the_people() -> None:
    rest, machines, people = bill_ladder.rungs(RICH)[-1].segments

    assert rest.end == pytest.approx(RICH.monthly_usd - 9_900 - 18_960)
    assert people.end - people.start == pytest.approx(18_200)
    assert machines.start == rest.end
    assert people.end == pytest.approx(RICH.monthly_usd + 4_600)


def test_a_fleet_that_does_not_pay_is_not_on_the_ladder() -> None:
    first, second = CEILING.fleets
    dear = replace(second, machines_usd=99_000)
    one = replace(RICH, ceiling=replace(CEILING, fleets=(first, dear)))
    none = replace(RICH, ceiling=replace(CEILING, fleets=(dear,)))

    assert bill_ladder.rungs(one)[-1].segments[0].end == pytest.approx(RICH.monthly_usd - 9_900)
    assert bill_ladder.rungs(none)[-1].name == "Open weights at a host"


def test_a_price_that_will_rise_is_a_step_up() -> None:
    rise = replace(RICH.savings[0], kind="announced", usd=Range(-310, -310, -310))
    rung = bill_ladder.rungs(replace(RICH, savings=(rise,)))[1]

    assert rung.told == "costs $310 more"
    assert rung.paid == pytest.approx(RICH.monthly_usd + 310)


def test_a_bill_with_nothing_to_compare_has_no_ladder() -> None:
    assert not bill_ladder.drawable(SPARSE)
    with pytest.raises(ValueError, match="another rung"):
        bill_ladder.chart(SPARSE)


def test_every_bar_carries_its_amount_to_the_cent_and_its_part() -> None:
    words = texts(spend_bars.chart(RICH.breakdowns[0]))

    assert "$38,194.75\u200243\u00a0%" in words
    assert {"support-triage", "no name given"} <= set(words)


def test_a_long_tail_is_one_bar_and_nothing_of_it_is_lost() -> None:
    breakdown = RICH.breakdowns[1]
    shown, rest = spend_bars.folded(breakdown)

    assert (len(shown), len(rest)) == (12, 12)
    assert (*shown, *rest) == breakdown.rows
    assert "12 more" in texts(spend_bars.chart(breakdown))


def test_a_single_row_is_never_folded_away() -> None:
    thirteen = Breakdown("key", tuple(row(f"k{n}", 13 - n) for n in range(13)))

    assert spend_bars.folded(thirteen)[1] == ()


def test_bars_are_as_long_as_their_amounts() -> None:
    pair = Breakdown("key", (row("a", 300), row("b", 100), row("c", -50)))
    long, short, credit = (width for width, _ in bars_of(spend_bars.chart(pair)))

    assert long / short == pytest.approx(3, rel=0.02)
    assert short / credit == pytest.approx(2, rel=0.05)


def test_names_are_text_in_a_drawing_and_never_markup() -> None:
    chart = spend_bars.chart(HOSTILE_PAGE.breakdowns[0])
    svg = draw.svg(chart, "one", HOSTILE[0])

    assert HOSTILE[0] in texts(chart)
    assert "<script" not in svg
    assert not any(sign in svg for sign in ("\u202e", "\u2066", "\x00", "\x1b"))


def test_hostile_names_are_drawn_in_every_chart() -> None:
    net = Range(0, -1, 1)
    charts = [bill_ladder.chart(HOSTILE_PAGE), missing_facts.chart(HOSTILE_PAGE.missing, net)]

    for chart in charts:
        assert "Two lines and a tab" in {text[:1].upper() + text[1:] for text in texts(chart)}


def test_every_day_is_a_bar_and_a_day_without_spend_is_a_gap() -> None:
    heights = [height for _, height in bars_of(spend_trend.chart(RICH.trend))]

    assert len(heights) == len(DAYS) - 1
    assert heights[-1] / heights[0] == pytest.approx(DAYS[-1][1] / DAYS[0][1], rel=0.02)


def test_beyond_half_a_year_days_are_added_up_to_weeks() -> None:
    year = Trend(tuple((FIRST + timedelta(n), usd(1 + n % 3)) for n in range(366)), 0.0)
    weeks = daily._weeks(year.days)

    assert daily.weekly(year.days)
    assert sum(amount for _, amount in weeks) == sum(amount for _, amount in year.days)
    assert (weeks[0][0], weeks[1][0]) == (FIRST, FIRST + timedelta(2))
    assert "US dollars a week" in texts(spend_trend.chart(year))


def test_months_are_named_where_there_are_several() -> None:
    days = tuple((date(2026, 1, 10) + timedelta(n), usd(5)) for n in range(150))

    assert {"2026-02-01", "2026-03-01"} <= set(texts(daily.chart(days, 100, "")))


def test_residuals_of_several_vendors_are_summed_by_day() -> None:
    first = RICH.reconciliation.by_day[0]
    twice = replace(RICH.reconciliation, by_day=(first, replace(first, provider="anthropic")))

    assert residuals.days(twice) == ((FIRST, 2 * (first.residual_pico or 0)),)


def test_days_of_which_only_one_side_is_known_are_not_drawn() -> None:
    half = tuple(replace(day, list_pico=None) for day in RICH.reconciliation.by_day)

    assert not residuals.drawable(replace(RICH.reconciliation, by_day=half))


def test_the_break_even_chart_marks_today_and_where_saving_begins() -> None:
    words = texts(break_even.chart(BREAK_EVEN, RICH.monthly_usd))

    assert {"you are here: $44,321", "saves from $61,900"} <= set(words)


def test_a_crossing_beyond_the_curve_is_left_to_words() -> None:
    far = replace(BREAK_EVEN, usd=RICH.monthly_usd * 5e6)
    words = texts(break_even.chart(far, RICH.monthly_usd))

    assert not any(word.startswith("saves from") for word in words)


def test_without_a_crossing_the_curve_around_today_is_drawn() -> None:
    never = BreakEven(None, None, None, (), curve(1_000.0, 20_000, -0.1))

    assert break_even.drawable(never, 1_000.0)
    assert "you are here: $1,000" in texts(break_even.chart(never, 1_000.0))
    assert bill_findings.of_break_even(never, 1_000.0) == (
        "No bill up to a thousand times today's makes running it ourselves save"
    )


def test_a_curve_without_a_bill_or_a_point_is_not_drawn() -> None:
    assert not break_even.drawable(BREAK_EVEN, 0.0)
    assert not break_even.drawable(replace(BREAK_EVEN, curve=()), 1_000.0)
    with pytest.raises(ValueError, match="curve around"):
        break_even.chart(BREAK_EVEN, 0.0)


def test_the_widest_fact_stands_first_and_one_that_moves_nothing_nowhere() -> None:
    facts = [fact.fact for fact in missing_facts.drawable(RICH.missing)]

    assert facts[0] == "engineers for machines of our own"
    assert "the colour of the machines" not in facts
    assert len(facts) == 4


def test_the_ends_of_a_bar_are_named_on_the_side_they_lead_to() -> None:
    fact = RICH.missing[0]  # more engineers, less saving: the high end lies to the left
    root = drawn(missing_facts.chart((fact,), CEILING.net))
    ends = {e.text: e.get("text-anchor") for e in root.iter() if e.text in {fact.low, fact.high}}

    assert ends == {"2": "end", "0.5": "start"}


def test_long_ends_lose_the_words_that_they_share() -> None:
    ends = missing_facts._ends("5 s at the 95th percentile", "120 s at the 95th percentile", 104)

    assert ends == ("5 s", "120 s")
    assert missing_facts._ends("2 times", "9 times", 104) == ("2 times", "9 times")


def test_rings_that_would_lie_on_one_another_are_one() -> None:
    close = replace(BREAK_EVEN, others=(61_800.0, 61_850.0, 30_000.0))
    root = drawn(break_even.chart(close, RICH.monthly_usd))
    rings = [e for e in root.iter() if e.get("fill") == palette.PAPER and e.get("stroke")]

    assert len(rings) == 2


def test_what_cannot_be_drawn_is_an_error_that_the_caller_can_foresee() -> None:
    assert bill_figures.of_missing(SPARSE) is None
    assert bill_figures.of_trend(SPARSE) is None
    assert bill_figures.of_spend(SPARSE.breakdowns[0], 1) is None
    assert bill_figures.of_residuals(SPARSE) is None
    assert bill_figures.of_break_even(SPARSE) is None
    with pytest.raises(ValueError, match="no missing fact"):
        missing_facts.chart((), CEILING.net)
    with pytest.raises(ValueError, match="two rows"):
        spend_bars.chart(Breakdown("key", (SpendRow("a", 1, 0, None),)))
    with pytest.raises(ValueError, match="no day"):
        daily.chart(((FIRST, 0),), 100, "")


def test_the_ladders_title_says_plainly_what_running_it_ourselves_comes_to() -> None:
    saves = replace(RICH, ceiling=replace(CEILING, net=Range(7_421, -1_200, 15_900)))

    assert bill_findings.of_ladder(RICH) == (
        "Running open weights ourselves would cost $4,600 a month more than today's $44,321; "
        "the next smaller model of the same vendor saves $8,100"
    )
    assert bill_findings.of_ladder(saves) == (
        "Running open weights ourselves would save at most $7,420 of $44,321 a month; "
        "the next smaller model of the same vendor saves $8,100"
    )


def test_a_trend_is_told_only_where_there_is_one() -> None:
    assert bill_findings.of_trend(RICH.trend) == "Spending grows by 13\u00a0% a month"
    assert bill_findings.of_trend(replace(RICH.trend, growth=-0.2)).startswith("Spending falls")
    assert "no trend" in bill_findings.of_trend(replace(RICH.trend, growth=None))
    assert "neither" in bill_findings.of_trend(replace(RICH.trend, growth=0.001))
