"""The colours of charts, as the style sheet's light values.

`report.css` selects drawn elements by these very codes and repaints them from its variables, so
one SVG serves light, dark and paper, and stays a valid picture when it is copied out of the page.
A test holds the two files together and every colour to WCAG 2.2 AA on its background.
"""

from __future__ import annotations

from equipoise.domain.model import Weights

PAPER = "#ffffff"
INK = "#1a1a1a"
MUTE = "#595959"
GRID = "#e4e4e4"
OPEN = "#0b62a4"
CLOSED = "#b3560b"
FADED = "#858585"

COLOURS = {
    "paper": PAPER,
    "ink": INK,
    "mute": MUTE,
    "grid": GRID,
    "open": OPEN,
    "closed": CLOSED,
    "faded": FADED,
}
"""By the name of the style sheet's variable."""

BY_WEIGHTS = {Weights.OPEN: OPEN, Weights.CLOSED: CLOSED}
SHAPE_BY_WEIGHTS = {Weights.OPEN: "circle", Weights.CLOSED: "square"}
