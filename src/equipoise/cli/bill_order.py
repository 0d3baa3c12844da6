"""The options of `equipoise bill` as an order; what does not fit together is a usage error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from equipoise.bill.facts import Facts
from equipoise.compose.bill import BillOrder, Stated
from equipoise.exports.layout import normal

_CURRENCY = re.compile(r"[A-Z]{3}")
# "1,08" and "40.000" mean one thing here and another there: neither is taken.
_AMOUNT = re.compile(r"\$?(\d[\d_]*|\d{1,3}(,\d{3})+)(\.\d+)?")
_EITHER = re.compile(r"\d{1,3}(\.\d{3})+")


def bill_order(files: tuple[str, ...], options: Mapping[str, Any], today: date) -> BillOrder:
    """Make the order; raises click.UsageError or click.BadParameter."""
    monthly, model = options["monthly"], options["model"]
    if files and (monthly or model):
        raise click.UsageError("Give files, or --monthly with --model; not both.")
    if not files and not (monthly and model):
        raise click.UsageError(
            "Give usage or cost exports, or --monthly 40000 --model gpt-5-mini without any."
        )
    day: datetime | None = options["day"]
    by: str | None = options["by"]
    config: str | None = options["config"]
    known = {field.name for field in fields(Facts)}
    return BillOrder(
        files=tuple(map(Path, files)),
        stated=Stated(_amount(monthly, "--monthly"), model) if monthly else None,
        today=day.date() if day is not None else today,
        facts=Facts(**{name: value for name, value in options.items() if name in known}),
        rates=dict(_rates(options["rates"])),
        by=normal(by) if by is not None else None,
        config=Path(config) if config is not None else None,
    )


def _rates(given: Iterable[str]) -> Iterable[tuple[str, Decimal]]:
    seen = {"USD"}
    for text in given:
        currency, equals, value = text.partition("=")
        code = currency.upper()
        if not equals or not _CURRENCY.fullmatch(code) or "," in value:
            raise click.BadParameter(
                f"{text!r} is no rate: write the dollars for one unit, such as EUR=1.08",
                param_hint="--rate",
            )
        if code in seen:
            raise click.BadParameter(f"{code} has its rate already", param_hint="--rate")
        seen.add(code)
        yield code, _rate(value)


def _rate(text: str) -> Decimal:
    """Dollars for one unit: a point and no separators."""
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(0)
    return _within(rate, text, "--rate")


def _amount(text: str, option: str) -> Decimal:
    """A positive amount; a dollar sign and thousands separators may stand in it."""
    if _EITHER.fullmatch(text):
        advice = "is a thousand times as much to some: write it without separators"
        raise click.BadParameter(f"{text!r} {advice}", param_hint=option)
    plain = re.sub(r"[$,_]", "", text) if _AMOUNT.fullmatch(text) else "0"
    return _within(Decimal(plain), text, option)


def _within(amount: Decimal, text: str, option: str) -> Decimal:
    if not amount.is_finite() or not 0 < amount < Decimal(10) ** 15:
        raise click.BadParameter(f"{text!r} is no amount above zero", param_hint=option)
    return amount
