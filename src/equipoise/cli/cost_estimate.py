"""`equipoise cost estimate`: how fast an open model is on a device, and whether it fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import json_option, on_terminal, say, show

if TYPE_CHECKING:
    from equipoise.compose.estimates.deployment import PointOrder
    from equipoise.compose.estimates.point import PointEstimate

_Command = TypeVar("_Command", bound=Callable[..., Any])

_MOST_DEVICES = 4096


def _deployment_options(command: _Command) -> _Command:
    count = click.IntRange(1, _MOST_DEVICES)
    for option in (
        click.option(
            "--engine", help="Such as vllm, sglang or llama.cpp.  [default: the usual one]"
        ),
        click.option("--kv-precision", help="Of the cache, such as fp8.  [default: 16 bits]"),
        click.option("--precision", help="Of the weights, such as fp8, q4_k_m.  [as published]"),
        click.option("--pipeline", type=count, help="Stages that the layers are divided into."),
        click.option("--tensor", type=count, help="Devices that divide every layer."),
        click.option(
            "--devices", type=count, help="How many of them one replica has.  [default: 1]"
        ),
        click.option("--hardware", help="Or a whole machine of the catalog, such as h100x4."),
        click.option("--device", help="What it runs on, such as h100 or rtx-4090."),
        click.option(
            "--weights", type=click.Path(), help="Or its files: a folder, .safetensors or .gguf."
        ),
        click.option("--model", help="An open model, such as llama-3.3-70b-instruct."),
    ):
        command = option(command)
    return command


@click.command(
    epilog="Exit code 0: it fits, or some row of the table is estimated; 2: the flags do not go "
    "together; 3: a file needs mending; 4: nothing fits, or a model or a device is unknown."
)
@_deployment_options
@click.option("--input-tokens", type=float, help="The mean request.")
@click.option("--output-tokens", type=float, help="The mean answer.")
@click.option("--concurrency", type=float, help="Requests that run at any time.")
@click.option("--rate", type=float, help="Or requests that arrive a second.")
@click.option("--bench", type=click.Path(), metavar="FILE", help="A load test of this machine.")
@click.option("--batch", type=click.Path(), metavar="FILE.csv", help="A table, a row a point.")
@click.option("--out", type=click.Path(), metavar="FILE.csv", help="Where its answer goes.")
@click.option("--why", is_flag=True, help="Show what the estimate rests on.")
@json_option
def estimate(**options: Any) -> int:
    """How fast an open model is on a device, and whether it fits.

    \b
    Example:
      equipoise cost estimate --model llama-3.3-70b-instruct --hardware h100x4 \\
        --input-tokens 1200 --output-tokens 300 --concurrency 32
      equipoise cost estimate --batch points.csv --out estimates.csv

    Nothing is run and nobody is asked. Each figure has the range that holds eight true values in
    ten. Of a table no column that says what was measured is read.
    """
    from equipoise.cli.cost_estimate_order import only_a_table, point_order

    only_a_table(options)
    if options["batch"] is not None:
        from equipoise.cli.cost_estimate_batch import run_table

        out = Path(options["out"]) if options["out"] is not None else None
        return run_table(Path(options["batch"]), out, as_json=options["as_json"])
    return _point(point_order(options), as_json=options["as_json"], why=options["why"])


def _point(order: PointOrder, *, as_json: bool, why: bool) -> int:
    from equipoise.cli.cost_estimate_tables import point_rows, show_point, why_rows
    from equipoise.compose.estimates.point import estimate_point, to_json

    page = estimate_point(order)
    if as_json:
        click.echo(to_json(page), nl=False)
    elif on_terminal():
        show_point(page, why=why)
    else:
        show(why_rows(page) if why else point_rows(page))
    _say(page, order)
    return ExitCode.OK if page.fits else ExitCode.NOT_FOUND


def _say(page: PointEstimate, order: PointOrder) -> None:
    """What has to be said beside the figures, and the next step."""
    from equipoise.cli.cost_estimate_order import with_change
    from equipoise.cli.cost_estimate_tables import answer, ways_in_words

    if not on_terminal():  # a terminal has shown these beside the figures
        for note in page.notes:
            say(f"note: {note}")
        if not page.fits:
            say(answer(page))
            for words in ways_in_words(page):
                say(f"  would fit: {words}")
    if page.fits:
        say(f"\nNext: {_next(page)}")
    elif page.ways:
        say(f"\nNext: {with_change(order, page.ways[0], page.device)}")
    else:
        say("\nNext: choose a smaller model: equipoise catalog models")


def _next(page: PointEstimate) -> str:
    """What it costs where the catalog rents that machine, else how to measure it."""
    from equipoise.catalog import hardware, models

    machines = {row.id for row in hardware.hardware_rows()}
    machine = page.device if page.devices == 1 else f"{page.device}x{page.devices}"
    if machine in machines and page.architecture in {row.id for row in models.models()}:
        return (
            f"equipoise cost explore --model {page.architecture} --hardware {machine}"
            f" --requests-per-month N --input-tokens {page.input_tokens:g}"
            f" --output-tokens {page.output_tokens:g}, for what that costs"
        )
    load = f"--rate {page.rate:g}" if page.rate else f"--concurrency {page.concurrency:g}"
    return f"equipoise engine bench --endpoint NAME {load}, which measures it where it runs"
