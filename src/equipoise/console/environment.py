"""The two template environments: HTML with everything escaped, Markdown with its own escaping."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from equipoise.console import format as written
from equipoise.console import words

FILTERS = {
    "money": written.money,
    "cents": written.cents,
    "outlay": written.outlay,
    "percent": written.percent,
    "chance": written.chance,
    "count": written.count,
    "volume": written.volume,
    "seconds": written.seconds,
    "hours": written.hours,
    "day": written.day,
    "spelled": written.spelled,
    "prose": written.prose,
    "sentence": written.sentence,
    "standing": words.standing,
    "licence_status": words.licence_status,
    "basis": words.basis,
    "confidence": words.confidence,
    "unmeasured": words.unmeasured,
    "traffic": words.traffic,
}
GLOBALS = {
    "money_range": written.money_range,
    "percent_range": written.percent_range,
    "quantity": written.quantity,
    "quantity_range": written.quantity_range,
    "PLANS": words.PLANS,
    "WEIGHTS": words.WEIGHTS,
    "OPERATORS": words.OPERATORS,
}


def environment(finalize: Callable[[object], object] | None = None) -> Environment:
    """Make an environment. `.html` templates escape HTML; `finalize` sees every printed value."""
    made = Environment(
        loader=PackageLoader("equipoise.console"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(GLOBALS)
    return made
