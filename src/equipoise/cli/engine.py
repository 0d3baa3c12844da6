"""`equipoise engine`: what answers, under load."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from equipoise.cli.output import say

_DEFAULT_OUT = "bench.json"


@click.group()
def command() -> None:
    """Endpoints under load: measure one, or read another program's report.

    \b
    Example:
      equipoise engine bench --endpoint local --concurrency 1,2,4
    """


@command.command(
    epilog="Exit code 0: done; 3: --out holds another test; 6: the endpoint answered nothing. A "
    "run that was stopped goes on where it was: levels that are done are not run again."
)
@click.option(
    "--endpoint",
    required=True,
    help="An endpoint of the catalog or of your settings file; `local` is the embedded engine.",
)
@click.option("--model", help="Model.  [default: the endpoint's only one]")
@click.option("--concurrency", help="Closed loop: requests at a time, such as 1,4,16,64.")
@click.option("--rate", help="Open loop: requests a second, such as 0.5,1,2, Poisson.")
@click.option("--trace", type=click.Path(), help="Replay a Mooncake-style trace (JSONL).")
@click.option("--speed", default="1", show_default=True, help="How many times as fast.")
@click.option("--first", type=click.IntRange(min=1), help="Only the trace's first so many.")
@click.option("--input-tokens", type=click.IntRange(1), default=128, show_default=True)
@click.option("--output-tokens", type=click.IntRange(1), default=32, show_default=True)
@click.option("--shared-tokens", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    help="Of each level.  [default: 10 without --requests and --trace]",
)
@click.option("--requests", type=click.IntRange(min=1), help="Of each level.")
@click.option("--warm-up", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds for one answer.",
)
@click.option("--ttft-ms", type=click.FloatRange(0), help="Goodput asks for this first token.")
@click.option("--latency-ms", type=click.FloatRange(0), help="Goodput asks for this whole answer.")
@click.option("--hardware", help="The machine it runs on: `equipoise catalog hardware`.")
@click.option("--precision", help="Of the weights, such as q4, fp8 or bf16.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--out", default=_DEFAULT_OUT, show_default=True, help="File for the result.")
@click.option("--force", is_flag=True, help="Begin the file anew.")
@click.option("--config", type=click.Path(), help="Settings file.  [default: equipoise.toml]")
@click.option("--json", "as_json", is_flag=True, help="Print the result file.")
def bench(out: str, force: bool, as_json: bool, **options: object) -> None:
    """Load an endpoint, level by level, and keep what it does.

    \b
    Example:
      equipoise engine bench --endpoint local --concurrency 1,2,4

    Prompts are made from the seed; what they come to is what the endpoint counts. Nobody but the
    endpoint that is named is asked, no failed request is asked again, and an endpoint that fails
    ends the level. Without --concurrency, --rate and --trace: 1, 4 and 16 at a time.
    """
    from equipoise.cli.engine_order import bench_order
    from equipoise.cli.engine_tables import say_ends, show_levels
    from equipoise.cli.progress import progress
    from equipoise.compose.engine_bench import run_engine_bench

    order = bench_order(options, Path(out), force=force, today=datetime.now(UTC).date())
    with progress("requests") as bar:
        test = run_engine_bench(order, bar)
    show_levels(test, as_json=as_json)
    say_ends(test, [plan.label for plan in order.levels])
    say(f"\nResult  {out}")
    say(f'\nNext: name it in a workload\'s candidate: bench = "{out}"')


@command.command(
    name="import",
    epilog="Reads GuideLLM's benchmarks.json, AIPerf's profile_export_aiperf.json, GenAI-Perf's "
    "profile_export_genai_perf.json and what `vllm bench serve --save-result` writes. Several "
    "files of one model become levels of one result.",
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path())
@click.option("--model", help="Model, in the place of the name that the report gives it.")
@click.option("--hardware", help="The machine it ran on: `equipoise catalog hardware`.")
@click.option("--precision", help="Of the weights, such as q4, fp8 or bf16.")
@click.option("--shared-tokens", type=click.IntRange(0), default=0, show_default=True)
@click.option("--out", default=_DEFAULT_OUT, show_default=True, help="File for the result.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option("--json", "as_json", is_flag=True, help="Print the result file.")
def import_(
    files: tuple[str, ...], out: str, force: bool, as_json: bool, **options: object
) -> None:
    """Read other programs' reports of load tests into a result file.

    \b
    Example:
      equipoise engine import benchmarks.json --hardware l4
    """
    from equipoise.cli.engine_order import imported
    from equipoise.cli.engine_tables import say_ends, show_levels

    test = imported(tuple(map(Path, files)), Path(out), options, force=force)
    show_levels(test, as_json=as_json)
    say_ends(test)
    say(f"\nResult  {out}")
    say(f'\nNext: name it in a workload\'s candidate: bench = "{out}"')
