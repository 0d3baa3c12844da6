"""Draws a chart to inline SVG, offline. The only file that knows the renderer."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import altair as alt
import vl_convert

_SVG = "http://www.w3.org/2000/svg"
_DROPPED = frozenset(
    {"role", "aria-roledescription", "aria-hidden", "pointer-events", "font-family", "version"}
)
_LONG_FLOAT = re.compile(r"-?\d+\.\d{2,}")


def svg(chart: alt.TopLevelMixin, figure: str, finding: str) -> str:
    """Draw `chart` as text that can stand in a page: `drawing`, written out."""
    return ET.tostring(drawing(chart, figure, finding), encoding="unicode")


def drawing(chart: alt.TopLevelMixin, figure: str, finding: str) -> ET.Element:
    """Draw `chart`; `figure` makes its ids unique in the page, `finding` is its accessible name.

    The same chart gives the same drawing: ids are counted afresh and coordinates are rounded to a
    tenth of a pixel. Fonts are left to the page.
    """
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version, allowed_base_urls=[])
    ET.register_namespace("", _SVG)
    root = ET.fromstring(drawn)  # noqa: S314 - our own renderer wrote it, from values we escaped
    _prune(root)
    _rename_ids(root, figure)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.set("viewBox", f"0 0 {width} {height}")
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-label", finding)
    return root


def png(svg_text: str) -> bytes:
    """A drawing as a picture, two pixels for one of its units; fonts are those of the machine."""
    picture: bytes = vl_convert.svg_to_png(svg_text, scale=2)
    return picture


def _prune(element: ET.Element) -> None:
    for child in list(element):
        if child.get("display") == "none" or child.get("d") == "M0,0h0v0h0Z":
            element.remove(child)
        else:
            _prune(child)
    for name in _DROPPED & element.attrib.keys():
        del element.attrib[name]
    for name in ("d", "transform", "x", "y", "x2", "y2", "width", "height"):
        if name in element.attrib:
            element.set(name, _LONG_FLOAT.sub(_rounded, element.attrib[name]))


def _rounded(match: re.Match[str]) -> str:
    text = f"{float(match.group()):.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _rename_ids(root: ET.Element, figure: str) -> None:
    names = {
        element.attrib["id"]: f"{figure}-{rank}"
        for rank, element in enumerate(e for e in root.iter() if "id" in e.attrib)
    }
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, names[value])
            elif value.startswith("url(#"):
                element.set(name, f"url(#{names[value[5:-1]]})")
