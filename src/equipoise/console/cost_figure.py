"""The crossover chart of a page of costs: the decision's own chart, with nothing decided."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from equipoise.console import findings
from equipoise.console.charts import crossover, draw
from equipoise.decisions.costing.page import CostPage
from equipoise.domain.decision import Decision, PlanKind, PricedPlan

_FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"


def drawn(page: CostPage) -> str | None:
    """The chart as a file of its own, in SVG; None where no candidate has a curve.

    A line for each candidate with the band of its middle 80 %, a rule for "you are here", a ring
    at each crossing. The same page gives the same bytes.
    """
    decision = _undecided(page)
    if not crossover.drawable(decision):
        return None
    finding = findings.of_crossover(decision)
    root = draw.drawing(crossover.chart(decision), "crossover", finding)
    _, _, width, height = root.get("viewBox", "0 0 0 0").split()
    # In a page the style sheet gives size, font and ground; a file has to bring them.
    root.attrib.update({"width": width, "height": height, "font-family": _FONT})
    root.insert(0, ET.Element("rect", {"width": "100%", "height": "100%", "fill": "#ffffff"}))
    title = ET.Element("title")
    title.text = finding
    root.insert(0, title)
    return ET.tostring(root, encoding="unicode") + "\n"


def _undecided(page: CostPage) -> Decision:
    """The page as the value that charts are drawn from: no plan, no quality, curves alone."""
    return Decision(
        id="",
        workload=page.workload,
        title=page.title,
        data_class="",
        decided_on=page.priced_on,
        valid_until=page.priced_on,
        plan=PricedPlan(PlanKind.UNDECIDED, (), proven=False),
        answer=page.answer,
        confidence=0.0,
        plans=(),
        candidates=(),
        excluded=(),
        licences=(),
        tripwires=(),
        needed=(),
        crossovers=page.crossovers,
        curves=page.curves,
        next_measurement=None,
        evidence=(),
        assumptions=(),
        requests_per_month=page.requests_per_month,
        quality_floor=None,
        inputs=page.inputs,
    )
