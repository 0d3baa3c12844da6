"""`equipoise catalog`: the dated facts a decision rests on."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from equipoise.cli.output import Rows, json_option, say, show


@click.group()
def command() -> None:
    """The dated facts: models, prices, licences, hardware.

    \b
    Example:
      equipoise catalog models
    """


@command.command()
@json_option
def models(as_json: bool) -> None:
    """List the models, with licence and source.

    \b
    Example:
      equipoise catalog models
    """
    from equipoise.catalog.models import models as rows

    listed = [(m.id, m.developer, m.weights.value, m.licence, str(m.source)) for m in rows()]
    headers = ("model", "developer", "weights", "licence", "source")
    show(Rows("equipoise.catalog.models/1", headers, listed), as_json=as_json)
    say("\nNext: equipoise catalog licence MODEL --use internal")


@command.command()
@json_option
def hardware(as_json: bool) -> None:
    """List the machines, with prices and source.

    \b
    Example:
      equipoise catalog hardware
    """
    from equipoise.catalog.hardware import hardware_rows

    listed = [(h.id, h.name, h.usd_per_hour, str(h.price_source)) for h in hardware_rows()]
    headers = ("machine", "name", "usd_per_hour", "source")
    show(Rows("equipoise.catalog.hardware/1", headers, listed), as_json=as_json)
    say('\nNext: write one into a candidate of your workload, such as hardware = "l4"')


@command.command()
@click.argument("target", metavar="ENDPOINT/MODEL")
@json_option
def price(target: str, as_json: bool) -> None:
    """Show today's list price of a target.

    \b
    Example:
      equipoise catalog price openai/gpt-4.1-mini
    """
    from equipoise.catalog import endpoints, models, prices
    from equipoise.domain.endpoint import Target
    from equipoise.domain.money import Money
    from equipoise.errors import NotFoundError

    endpoint, slash, model = target.partition("/")
    if not slash:
        raise click.BadParameter(
            f"{target!r} names no model; write such as openai/gpt-4.1-mini",
            param_hint="ENDPOINT/MODEL",
        )
    known = {row.id: row for row in endpoints.endpoints()}
    if endpoint not in known:
        raise NotFoundError(f"no endpoint {endpoint!r}", hint=f"There are: {', '.join(known)}.")
    today = datetime.now(UTC).date()
    card = prices.rate_card(Target(models.find(model), known[endpoint]), today)
    paid = [("input", card.input), ("cached input", card.cached), ("output", card.output)]
    paid += [("batch input", card.batch_input), ("batch output", card.batch_output)]
    listed = [
        (tokens, float(Money(pico * 10**6).dollars), str(card.source))
        for tokens, pico in paid
        if pico is not None
    ]
    headers = ("tokens", "usd_per_million", "source")
    show(Rows("equipoise.catalog.price/1", headers, listed), as_json=as_json)
    say(f"\nNext: equipoise catalog licence {model}")


@command.command(name="licence")
@click.argument("model")
@click.option("--use", "uses", multiple=True, default=("internal",), show_default=True)
@click.option("--users", type=click.IntRange(min=0), help="Monthly active users.")
@click.option("--revenue", type=click.FloatRange(min=0), help="Annual revenue in USD.")
@json_option
def licence(
    model: str, uses: tuple[str, ...], users: int | None, revenue: float | None, as_json: bool
) -> None:
    """Screen a model's licence for a use.

    \b
    Example:
      equipoise catalog licence llama-3.1-8b-instruct --use product --users 45000
    """
    from equipoise.catalog import models
    from equipoise.catalog.licence_screen import screen
    from equipoise.domain.workload import LicenceUse, Organisation

    known = [use.value for use in LicenceUse]
    for use in uses:
        if use not in known:
            raise click.BadParameter(
                f"{use!r} is not one of {', '.join(known)}", param_hint="--use"
            )
    found = screen(
        models.find(model), frozenset(map(LicenceUse, uses)), Organisation(users, revenue)
    )
    rows = [("status", found.status.value), ("licence", found.licence)]
    rows += [("obligation", text) for text in found.obligations]
    rows += [("reason", text) for text in found.reasons]
    rows += [("source", f"{found.source} {found.source.url}")] if found.source else []
    show(Rows("equipoise.catalog.licence/1", ("what", "detail"), rows), as_json=as_json)
    say("\nNext: equipoise decide WORKLOAD.toml, which screens every candidate so")


command.add_command(licence, name="license")
