"""The estimate of one point: on a terminal, as rows for a program, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from equipoise.cli.output import Cell, Rows
from equipoise.compose.estimates.point import PointEstimate, Speed
from equipoise.console.format import number
from equipoise.console.names import printable
from equipoise.domain.provenance import Source
from equipoise.economics.throughput.estimate import Range

_FIGURES = ("figure", "value", "low", "high", "unit")
_BASIS = ("kind", "subject", "value", "why", "source")


def point_rows(page: PointEstimate) -> Rows:
    """A row a figure, with the ends of its range where it has one."""
    return Rows("equipoise.cost.estimate/1", _FIGURES, list(_rows(page)))


def why_rows(page: PointEstimate) -> Rows:
    """A row a fact and a row an assumption."""
    facts = [("fact", one.subject, one.value, "", _cited(one.source)) for one in page.facts]
    taken = [
        ("assumed", one.subject, one.value, one.why, _cited(one.source)) for one in page.assumptions
    ]
    return Rows("equipoise.cost.estimate.why/1", _BASIS, [*facts, *taken])


def show_point(page: PointEstimate, *, why: bool) -> None:
    """Print the estimate for a person."""
    console = Console()
    console.rule(Text(printable(_title(page)), style="bold"), align="left")
    console.print(Padding(Text(printable(answer(page))), (0, 0, 1, 0)))
    console.print(_memory(page))
    if page.speed is not None:
        console.print(_speeds(page.speed))
    if page.ways:
        console.print(_ways(page))
    for note in page.notes:
        line = Text.assemble(("note ", "dim"), printable(note))
        console.print(Padding(line, (0, 0, 0, 2)))
    if why:
        console.print(_why(page))


def answer(page: PointEstimate) -> str:
    """The estimate in a sentence."""
    speed = page.speed
    if speed is None:
        return f"It does not fit: {page.reason}."
    token, rate = speed.tpot_ms, speed.output_tok_s
    text = (
        f"It fits. A token takes {number(token.value)} ms ({_ends(token)}), and"
        f" {number(speed.batch)} at a time make {number(rate.value)} output tokens a second"
        f" ({_ends(rate)})"
    )
    return f"{text}."


def ways_in_words(page: PointEstimate) -> Iterator[str]:
    """What would fit, one phrase each."""
    for way in page.ways:
        words = f"{way.precision} on {_where(page.device, way.devices)}"
        if way.tokens < page.input_tokens + page.output_tokens:
            words += f", for requests of at most {way.tokens:,} tokens, answers included"
        yield words


def _title(page: PointEstimate) -> str:
    load = f"{page.concurrency:,g} at a time" if page.concurrency is not None else ""
    load = f"{page.rate:,g} requests a second" if page.rate is not None else load
    where = _where(page.device, page.devices)
    lengths = f"{page.input_tokens:,g} tokens in and {page.output_tokens:,g} out"
    return f"{page.model} in {page.precision} on {where}, {page.engine}: {lengths}, {load}"


def _where(device: str, count: int) -> str:
    return f"{count} × {device}" if count > 1 else device


def _rows(page: PointEstimate) -> Iterator[Sequence[Cell]]:
    for name in ("model", "architecture", "device", "precision", "kv_precision", "engine"):
        yield name, getattr(page, name), None, None, ""
    for name in ("devices", "tensor", "pipeline"):
        yield name, float(getattr(page, name)), None, None, ""
    yield "fits", "yes" if page.fits else "no", None, None, page.reason
    for name, size in _sizes(page):
        yield name, size, None, None, "bytes"
    requests = page.room.requests
    yield "requests_that_fit", None if requests is None else float(requests), None, None, "requests"
    yield "longest_context", float(page.room.longest_context), None, None, "tokens"
    if page.speed is None:
        return
    together = float(page.room.longest_context_together)
    yield "longest_context_together", together, None, None, "tokens"
    yield "batch", page.speed.batch, None, None, "requests"
    yield "stable", "yes" if page.speed.stable else "no", None, None, ""
    if page.speed.replicas is not None:
        yield "replicas_that_keep_up", float(page.speed.replicas), None, None, "replicas"
    for name, unit, one in _ranges(page.speed):
        ends = (None, None, None) if one is None else (one.value, one.low, one.high)
        yield name, *ends, unit


def _sizes(page: PointEstimate) -> Iterator[tuple[str, float]]:
    room = page.room
    yield "device_bytes", room.device_bytes
    yield "weight_bytes_per_device", room.weight_bytes
    yield "cache_bytes_per_device", room.cache_bytes
    yield "spilled_bytes_per_device", room.spilled_bytes
    yield "kv_bytes_per_token", room.kv_bytes_per_token
    yield "request_bytes", room.request_bytes


def _ranges(speed: Speed) -> Iterator[tuple[str, str, Range | None]]:
    yield "tpot_ms", "ms", speed.tpot_ms
    yield "ttft_ms", "ms", speed.ttft_ms
    yield "output_tok_s_per_device", "tokens/s", speed.output_tok_s_per_device
    yield "output_tok_s", "tokens/s", speed.output_tok_s


def _memory(page: PointEstimate) -> Table:
    room = page.room
    table = _table("memory", "")
    weights = f"{_bytes(room.weight_bytes)} of {_bytes(room.device_bytes)}"
    table.add_row("weights, on each device", weights)
    table.add_row("cache, on each device", _bytes(room.cache_bytes))
    table.add_row("cache of a token", _bytes(room.kv_bytes_per_token))
    table.add_row("cache of one such request", _bytes(room.request_bytes))
    requests = "no limit" if room.requests is None else f"{room.requests:,} at once"
    table.add_row("room for", requests)
    table.add_row("longest context, alone", f"{room.longest_context:,} tokens")
    if page.speed is not None and page.speed.batch > 1:
        together = f"longest context, {number(page.speed.batch)} together"
        table.add_row(together, f"{room.longest_context_together:,} tokens")
    return table


def _speeds(speed: Speed) -> Table:
    table = _table("speed", "estimate", "8 in 10 between", "and")
    names = ("ms a token", "ms to the first token", "output tokens/s, a device", "of the replica")
    for name, (_, _, one) in zip(names, _ranges(speed), strict=True):
        if one is None:
            table.add_row(name, "without end", "", "")
        else:
            table.add_row(name, number(one.value), number(one.low), number(one.high))
    kept = "" if speed.stable else ", and they pile up"
    table.add_row("requests at once", f"{number(speed.batch)}{kept}", "", "")
    return table


def _ways(page: PointEstimate) -> Table:
    table = _table("what would fit")
    for words in ways_in_words(page):
        table.add_row(words)
    return table


def _why(page: PointEstimate) -> Table:
    table = _table("rests on", "", "whose word")
    for column in table.columns[1:]:
        column.justify = "left"
        column.overflow = "fold"
    last = ""
    for one in page.facts:
        cited = _cited(one.source)
        said = cited if cited != last else ""  # the row above has said it
        table.add_row(Text(one.subject), Text(printable(one.value)), Text(said))
        last = cited
    for taken in page.assumptions:
        words = f"{taken.value}: {taken.why}"
        subject = f"assumed: {taken.subject}"
        table.add_row(Text(subject), Text(printable(words)), Text(_cited(taken.source)))
    return table


def _cited(source: Source) -> str:
    """A source with its day; what has neither day nor address is no document."""
    return printable(str(source) if source.checked or source.url else source.name)


def _ends(one: Range) -> str:
    return f"{number(one.low)}–{number(one.high)}"


def _bytes(size: float) -> str:
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{number(size / unit)} {name}"
    return f"{size:.0f} B"


def _table(first: str, *headers: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(Text(f"\n{first}"), overflow="fold")
    for header in headers:
        table.add_column(f"\n{header}", justify="right")
    return table
