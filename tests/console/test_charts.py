from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from equipoise.console.charts import cost_quality, crossover, curve, draw, palette
from equipoise.domain.decision import CostCurve, CostPoint, Decision
from equipoise.domain.endpoint import Operator
from equipoise.domain.model import Weights


def drawn(decision: Decision) -> tuple[ET.Element, ET.Element]:
    return (
        draw.drawing(crossover.chart(decision), "one", "a finding"),
        draw.drawing(cost_quality.chart(decision), "two", "another"),
    )


def texts(drawing: ET.Element) -> list[str]:
    return [element.text or "" for element in drawing.iter() if element.tag.endswith("text")]


def marks(drawing: ET.Element, colour: str) -> list[ET.Element]:
    return [
        element
        for element in drawing.iter()
        if element.tag.endswith("path") and element.get("stroke") == colour and element.get("fill")
    ]


def values(drawing: ET.Element, *names: str) -> set[str]:
    return {
        element.attrib[name]
        for element in drawing.iter()
        for name in names
        if name in element.attrib
    }


def test_a_chart_is_drawn_to_the_same_bytes_whatever_was_drawn_before(
    decided: Decision, undecided: Decision
) -> None:
    first = draw.svg(crossover.chart(decided), "one", "a finding")
    draw.svg(crossover.chart(undecided), "one", "a finding")

    assert draw.svg(crossover.chart(decided), "one", "a finding") == first


def test_the_ids_of_a_figure_are_its_own(decided: Decision) -> None:
    one, two = drawn(decided)
    ids = values(one, "id")

    assert ids
    assert all(name.startswith("one-") for name in ids)
    assert values(one, "clip-path") <= {f"url(#{name})" for name in ids}
    assert not ids & values(two, "id")


def test_every_colour_drawn_is_one_that_the_style_sheet_repaints(decided: Decision) -> None:
    for drawing in drawn(decided):
        used = values(drawing, "fill", "stroke") - {"none", "transparent"}

        assert used <= set(palette.COLOURS.values())


def test_a_drawing_is_one_image_with_its_finding_as_its_name(decided: Decision) -> None:
    root = drawn(decided)[0]

    assert (root.get("role"), root.get("aria-label")) == ("img", "a finding")
    assert not any(element.get("role") for element in root.iter() if element is not root)


def test_the_workloads_own_volume_and_the_crossover_are_marked(decided: Decision) -> None:
    words = texts(drawn(decided)[0])

    assert "you are here: 180,000" in words
    assert "146,000" in words
    assert "322,000" not in words  # with a candidate that is excluded


def test_every_candidate_is_named_at_its_line_and_at_its_point(decided: Decision) -> None:
    lines, points = drawn(decided)

    assert {row.candidate for row in decided.candidates} <= set(texts(lines))
    assert {"qwen3-8b-l4", "gpt-5-mini", "llama-70b-hosted (assumed)"} <= set(texts(points))


def test_fill_says_who_operates_and_colour_whose_weights(decided: Decision) -> None:
    points = drawn(decided)[1]

    assert [mark.get("fill") for mark in marks(points, palette.CLOSED)] == [palette.PAPER]
    assert [mark.get("fill") for mark in marks(points, palette.OPEN)] == [
        palette.OPEN,
        palette.PAPER,
    ]


def test_what_is_assumed_is_dashed_and_what_is_measured_is_solid(decided: Decision) -> None:
    own, hosted = marks(drawn(decided)[1], palette.OPEN)

    assert hosted.get("stroke-dasharray") == "2.5,2"
    assert own.get("stroke-dasharray") == "1,0"


def test_an_excluded_candidate_is_grey_and_still_there(decided: Decision) -> None:
    rows = tuple(replace(row, excluded=row.candidate == "gpt-5-mini") for row in decided.candidates)
    points = drawn(replace(decided, candidates=rows))[1]

    assert not marks(points, palette.CLOSED)
    assert len(marks(points, palette.FADED)) == 1
    assert "gpt-5-mini (excluded)" in texts(points)


def test_names_are_text_in_a_drawing_and_never_markup(decided: Decision) -> None:
    name = '<script>"&amp;"</script>'
    rows = (replace(decided.candidates[0], candidate=name),)
    curves = (replace(decided.curves[0], candidate=name),)
    strange = replace(decided, candidates=rows, curves=curves)

    assert all(name in texts(drawing) for drawing in drawn(strange))
    assert "<script" not in draw.svg(crossover.chart(strange), "one", name)


def test_nobody_is_chosen_while_it_is_undecided(decided: Decision, undecided: Decision) -> None:
    def bold(drawing: ET.Element) -> set[str | None]:
        return {element.text for element in drawing.iter() if element.get("font-weight") == "bold"}

    meanwhile = replace(undecided, plan=replace(undecided.plan, shares=undecided.plans[0].shares))

    assert "qwen3-8b-l4" in bold(drawn(decided)[0])
    assert bold(drawn(meanwhile)[0]) == {"you are here: 42,000"}


def test_a_floor_is_drawn_only_where_there_is_one(decided: Decision) -> None:
    assert "floor 90\u00a0%" in texts(drawn(decided)[1])
    assert not any(
        "floor" in word for word in texts(drawn(replace(decided, quality_floor=None))[1])
    )


def test_nothing_to_draw_is_an_error_that_the_caller_can_foresee(decided: Decision) -> None:
    empty = replace(decided, curves=(), candidates=())

    assert crossover.drawable(empty) == ()
    assert cost_quality.drawable(empty) == ()
    with pytest.raises(ValueError, match="no curve"):
        crossover.chart(empty)
    with pytest.raises(ValueError, match="no candidate"):
        cost_quality.chart(empty)


def test_a_curve_that_no_logarithm_can_show_is_left_to_the_table(decided: Decision) -> None:
    free = replace(decided.curves[0], points=(CostPoint(1, 0, 0, 0), CostPoint(10, 5, 4, 6)))
    still = replace(decided.curves[0], points=(CostPoint(10, 5, 4, 6), CostPoint(10, 5, 4, 6)))

    assert crossover.drawable(replace(decided, curves=(free, still))) == ()


def test_a_band_that_reaches_to_nothing_does_not_stretch_the_chart(decided: Decision) -> None:
    points = tuple(replace(point, low_usd=0.0) for point in decided.curves[0].points)
    wide = replace(decided, curves=(replace(decided.curves[0], points=points),))

    assert "$1" not in texts(draw.drawing(crossover.chart(wide), "one", "x"))


@pytest.fixture
def proportional() -> CostCurve:
    points = tuple(CostPoint(v, v * 2.0, v * 1.0, v * 3.0) for v in (10.0, 1000.0))
    return CostCurve("a", "b/c", Weights.OPEN, Operator.SELF, points)


def test_a_curve_is_read_along_straight_lines_on_logarithmic_paper(proportional: CostCurve) -> None:
    point = curve.at(proportional, 100)

    assert point is not None
    assert point.cost_usd == pytest.approx(200)
    assert (point.low_usd, point.high_usd) == pytest.approx((100, 300))
    assert curve.at(proportional, 10) == proportional.points[0]


def test_a_curve_says_nothing_beyond_its_ends(proportional: CostCurve) -> None:
    assert curve.span(proportional) == (10, 1000)
    assert curve.at(proportional, 9) is None
    assert curve.at(proportional, 1001) is None


def test_a_curve_from_nothing_is_read_along_a_plain_line() -> None:
    points = (CostPoint(0, 0, 0, 0), CostPoint(100, 50, 40, 60))
    point = curve.at(CostCurve("a", "b/c", Weights.OPEN, Operator.SELF, points), 50)

    assert point == CostPoint(50, 25, 20, 30)
