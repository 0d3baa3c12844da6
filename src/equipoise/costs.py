"""The economics from Python: what `equipoise cost` answers, as values for a notebook or a program.

    >>> from equipoise import costs
    >>> page = costs.explore(
    ...     against="openai/gpt-5-mini",
    ...     requests_per_month=1_000_000,
    ...     input_tokens=1200,
    ...     output_tokens=300,
    ...     today=date(2026, 11, 25),
    ... )
    >>> page.answer
    'Quality aside, openai/gpt-5-mini costs least: $2,121 a month.'

Arguments have the names of the command's flags, values are frozen, and `to_json` gives what the
command prints under `--json`. Nothing here asks anybody anything. Errors are those of
`equipoise.errors`, with every problem and the next step as notes below them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Required, TypedDict, Unpack

import click
import numpy as np

from equipoise.cli.cost_estimate import estimate as _command
from equipoise.cli.cost_estimate_order import point_order
from equipoise.compose import cost as _cost
from equipoise.compose.estimates import point as _point
from equipoise.compose.estimates import table as _table
from equipoise.compose.estimates.columns import FIGURES
from equipoise.compose.estimates.point import PointEstimate
from equipoise.console.cost_figure import drawn
from equipoise.decisions.costing import record
from equipoise.decisions.costing.page import CostPage
from equipoise.domain.plain import plain
from equipoise.errors import ConfigurationError, EquipoiseError, NotFoundError

__all__ = [
    "Chart",
    "CostPage",
    "EstimateFlags",
    "ExploreFlags",
    "PointEstimate",
    "chart",
    "cost",
    "estimate",
    "estimate_table",
    "explore",
    "rows",
    "to_json",
]

_ROWS = "the rows"
"""Where a table's figures stand, in the place of a file's name."""


class ExploreFlags(TypedDict, total=False):
    """What `explore` takes besides the day and the settings: the flags of `cost explore`.

    `model` (an open one of the catalog) and `hardware` (a machine of it) go together. `against`
    and `hosted` are one target or several, the first of `against` being in use today. Tokens are
    means of a request, `latency_seconds` is for a whole answer, `availability` a share of time,
    `engineers` people. `procurement` is `on_demand`, `reserved`, `spot`, `leased` or `bought`.
    `figures` are your own in the place of the catalog's ranges, by their ids.
    """

    model: str | None
    hardware: str | None
    against: str | Sequence[str]
    hosted: str | Sequence[str]
    requests_per_month: Required[int]
    input_tokens: Required[float]
    output_tokens: Required[float]
    shared_tokens: float
    peak_to_mean: float
    latency_seconds: float
    availability: float
    engineers: float
    engineer_usd_per_year: float
    usd_per_hour: float | None
    procurement: str
    egress_gb_per_request: float
    figures: Mapping[str, float]


class EstimateFlags(TypedDict, total=False):
    """What `estimate` takes: the flags of `cost estimate` that describe one point.

    Exactly one of `model` and `weights` (a folder or a file), of `device` and `hardware`, of
    `concurrency` (requests that run at any time) and `rate` (requests that arrive a second).
    Tokens are means of a request. `devices` are those of one replica, `tensor` of them divide
    every layer and `pipeline` stages divide the layers. `bench` is a load test's result file.
    """

    model: str
    weights: Path | str
    device: str
    hardware: str
    devices: int
    tensor: int
    pipeline: int
    precision: str
    kv_precision: str
    engine: str
    input_tokens: Required[float]
    output_tokens: Required[float]
    concurrency: float
    rate: float
    bench: Path | str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: `svg` is a file of its own, which a notebook shows in this value's place."""

    svg: str = field(repr=False)

    def _repr_svg_(self) -> str:
        return self.svg


def explore(
    *, today: date | None = None, config: Path | str | None = None, **flags: Unpack[ExploreFlags]
) -> CostPage:
    """What each candidate costs, from a few numbers: `equipoise cost explore`.

    Prices are those of the day `today`, by default this one in UTC; the same day and flags give
    the same page. Raises ValueError for flags that do not go together, TypeError for one that there
    is not, ConfigurationError or UnknownHardwareError for what cannot be meant.
    """
    given: dict[str, Any] = {"model": None, "hardware": None, **_numbers(flags)}
    for name in ("against", "hosted"):
        given[name] = _several(given.get(name, ()))
    given["figures"] = tuple(_numbers(given.get("figures", {})).items())
    if (given["model"] is None) != (given["hardware"] is None):
        raise ValueError("model and hardware go together: what runs, and where")
    if given["model"] is None and not given["against"] and not given["hosted"]:
        raise ValueError("name a model with its hardware, or a target with against")
    with _explained():
        return _cost.explore(_cost.Exploration(**given), _path(config), _day(today))


def cost(
    file: Path | str, *, today: date | None = None, config: Path | str | None = None
) -> CostPage:
    """What each candidate of a workload file costs: `equipoise cost WORKLOAD.toml`.

    Of a draft the file states the lengths. Of a workload with items the trial's journal in the
    working directory says what it holds, and the embedded model's tokenizer counts. Raises
    ConfigurationError, EngineError or JournalError.
    """
    # A notebook's cells run inside an event loop, where counting cannot start its own.
    with _explained(), ThreadPoolExecutor(1) as beside:
        return beside.submit(_cost.run_cost, Path(file), _path(config), _day(today)).result()


def estimate(**flags: Unpack[EstimateFlags]) -> PointEstimate:
    """How fast an open model is on a device, and whether it fits: `equipoise cost estimate`.

    Where it does not fit `speed` is None, `reason` says why and `ways` what would. Raises
    ValueError for flags that do not go together, TypeError for one that there is not;
    UnknownModelError, UnknownHardwareError, NotFoundError for closed weights, or
    ConfigurationError for a file that cannot be read.

        >>> load = {"input_tokens": 1200, "output_tokens": 300, "concurrency": 8}
        >>> estimate(model="llama-3.3-70b-instruct", device="h100", **load).reason
        'the weights take 141 GB a device, h100 has 80 GB'
    """
    unknown = sorted(set(flags) - set(EstimateFlags.__annotations__))
    if unknown:
        raise TypeError(f"estimate() got an unexpected keyword argument {unknown[0]!r}")
    with _explained():
        return _point.estimate_point(point_order(_converted(flags)))


def estimate_table(points: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """The same for a table, a row a point: `equipoise cost estimate --batch`.

    Rows have the columns of either layout that the command reads; None and NaN are empty cells.
    Each comes back with nine figures (milliseconds, and output tokens a second of one device, with
    their 10th and 90th percentiles), rounded as the command rounds them, and `reason`, None where
    there is nothing to say; a column of the same name as one of these is kept as `measured_…`.
    Raises ConfigurationError where there are no rows or a column is missing.

        >>> point = {"model": "qwen3-8b", "gpu": "l5", "input_len": 1000, "output_len": 300}
        >>> estimate_table([{**point, "concurrency": 8}])[0]["reason"]
        "no device is known by the name 'l5'"
    """
    given = list(points)
    header = list(dict.fromkeys(name for row in given for name in row))
    with TemporaryDirectory() as folder, _explained(_ROWS):
        path = Path(folder) / "points.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(given)
        table = _table.check_table(path)
        answers = list(_table.estimate_table(table, _Unseen()))
    kept = [header[position] for position in table.kept]
    whole = (
        (*(row.get(name) for name in kept), *_figures(answer), answer.reason or None)
        for row, answer in zip(given, answers, strict=True)
    )
    return [dict(zip(table.columns, cells, strict=True)) for cells in whole]


def rows(values: Iterable[object]) -> list[dict[str, object]]:
    """Frozen values as rows for a data frame: the keys and figures that `--json` has.

    All rows have the same keys, None where one has no such figure. A value within a value is
    spread under names such as `lengths.input`; what there may be several of, such as `ways`, is a
    table of its own and left out: `rows(candidate.ways)`.

        >>> from equipoise.economics.payback import Stream
        >>> rows([Stream(55_000.0)])
        [{'usd_per_month': 55000.0, 'price.yearly_ratio': 1.0}]
    """
    flat = [dict(_flat(plain(value))) for value in values]
    names = dict.fromkeys(name for row in flat for name in row)
    spread = {outer for name in names for outer in _outer(name)}
    return [{name: row.get(name) for name in names if name not in spread} for row in flat]


def chart(page: CostPage) -> Chart:
    """The crossover chart: a line a candidate with the band of its middle 80 %, a ring a crossing.

    Raises NotFoundError where no candidate has a price above nothing.
    """
    svg = drawn(page)
    if svg is None:
        raise NotFoundError("there is nothing to draw: no candidate has a price above nothing")
    return Chart(svg)


def to_json(page: CostPage | PointEstimate) -> str:
    """What the command prints for this page under `--json`, to the byte."""
    return record.to_json(page) if isinstance(page, CostPage) else _point.to_json(page)


class _Unseen:
    """A progress that nobody watches."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say nothing."""


def _converted(flags: Mapping[str, object]) -> dict[str, object]:
    """The flags as the command's own options take their text, None where one is not given."""
    context = click.Context(_command)
    texts = {name: str(value) for name, value in _numbers(flags).items() if value is not None}
    return {
        name: option.type_cast_value(context, texts.get(name))
        for option in _command.params
        if (name := option.name or "") in EstimateFlags.__annotations__
    }


def _numbers(flags: Mapping[str, object]) -> dict[str, object]:
    """Numpy's numbers as Python's, and whole ones as such: 1e6 requests are a million."""
    plainly = {n: v.item() if isinstance(v, np.generic) else v for n, v in flags.items()}
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in plainly.items()
    }


def _figures(answer: _table.Answer) -> Iterable[float | None]:
    """As many as the columns that are added, to the digits that the command writes."""
    figures: list[float | None] = plain(astuple(answer.estimate)) if answer.estimate else []
    return figures or [None] * len(FIGURES)


@contextmanager
def _explained(place: str = "") -> Iterator[None]:
    """Errors say what a command prints below them; `place` is what a problem's file is called."""
    try:
        yield
    except click.ClickException as error:
        raise ValueError(error.format_message()) from error
    except ConfigurationError as error:
        if place:
            error.problems = tuple(replace(one, path=place, line=None) for one in error.problems)
        for problem in error.problems:
            error.add_note(str(problem))
        raise
    except EquipoiseError as error:
        if error.hint:
            error.add_note(error.hint)
        raise


def _flat(value: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, part in value.items():
        if isinstance(part, dict):
            yield from _flat(part, f"{before}{name}.")
        elif not isinstance(part, list):
            yield f"{before}{name}", part


def _outer(name: str) -> Iterator[str]:
    """`a` and `a.b` of `a.b.c`."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))


def _several(targets: str | Sequence[str]) -> tuple[str, ...]:
    return (targets,) if isinstance(targets, str) else tuple(targets)


def _path(file: Path | str | None) -> Path | None:
    return None if file is None else Path(file)


def _day(today: date | None) -> date:
    day = today or datetime.now(UTC)
    return day.date() if isinstance(day, datetime) else day
