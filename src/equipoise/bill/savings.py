"""What could be saved without running anything: vendors' discounts, and open weights at hosts.

The rows are ways, not parts: two of them applied to the same tokens do not add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from equipoise.bill.page import Range, Saving
from equipoise.bill.stand_ins import stand_ins
from equipoise.bill.traffic import Traffic, less
from equipoise.catalog.endpoints import endpoints
from equipoise.catalog.list_prices import announced, list_price
from equipoise.domain.bill import Tier
from equipoise.domain.endpoint import Endpoint, Operator
from equipoise.domain.money import PICO_PER_DOLLAR

CACHES_BY_ITSELF = frozenset(
    {"openai", "azure", "deepseek", "google", "x-ai", "groq", "moonshotai"}
)
"""Vendors that cache repeated prefixes unasked (their prompt caching pages, 2026-11)."""

# Of the input that is read at the full price: how much a better ordered prompt might yet repeat.
# Assumed, for no bill tells what prompts have in common.
_REPEATS = {True: (0.0, 0.1, 0.4), False: (0.0, 0.4, 0.8)}
# A prefix is written again each time it has gone cold: once in so many reads. Assumed.
_READS_PER_WRITE = 10
_WAITING = (0.0, 0.25, 1.0)
_TOKENIZERS = (0.8, 1.25)
_NAMED = 12
"""How many models a way names; a bill may have thousands."""


def savings(traffic: Sequence[Traffic], today: date) -> tuple[Saving, ...]:
    """Every way that saves something, and every change announced, the largest saving first."""
    ways = (
        _caching(traffic),
        _batches(traffic, today),
        _smaller(traffic, today),
        _hosted(traffic, today),
        *_announced(traffic, today),
    )
    found = [way for way in ways if way is not None]
    return tuple(sorted(found, key=lambda way: -way.usd.central))


def cheapest_host(traffic: Traffic, today: date) -> tuple[str, str, float] | None:
    """Endpoint, open model and monthly cost of the cheapest host of a stand-in; None without one.

    A host that the traffic is with already is left out, and a model whose context is shorter than
    a mean request.
    """
    length = traffic.tokens_per_request or 0.0
    found = [
        (endpoint.id, stand_in.model.id, cost)
        for stand_in in stand_ins(traffic, 0.0)
        if stand_in.model.architecture is not None and stand_in.model.architecture.context >= length
        for endpoint in endpoints()
        if endpoint.operator is Operator.VENDOR
        and endpoint.price_provider not in {None, traffic.provider}
        and stand_in.model.id in endpoint.served_names
        and (cost := _hosted_at(traffic, endpoint, stand_in.model.id, today)) is not None
    ]
    return min(found, key=lambda row: (row[2], row[0], row[1]), default=None)


def _hosted_at(traffic: Traffic, endpoint: Endpoint, model: str, today: date) -> float | None:
    provider = endpoint.price_provider
    return traffic.cost_at(provider, endpoint.served_name(model), today) if provider else None


def _caching(traffic: Sequence[Traffic]) -> Saving | None:
    ends = [0.0, 0.0, 0.0]
    models = []
    for row in traffic:
        gain = _cache_gain(row)
        if gain <= 0:
            continue
        shares = _REPEATS[row.provider in CACHES_BY_ITSELF]
        ends = [end + share * gain for end, share in zip(ends, shares, strict=True)]
        models.append(row.billed)
    return _way(
        "caching",
        "Prompt caching",
        models,
        ends,
        "input that repeats, read from the vendor's cache; taken as a tenth of what is read anew "
        "where the vendor caches unasked (up to four tenths), as four tenths where it has to be "
        "asked for (up to eight), written once in ten reads. What repeats, no bill says",
    )


def _cache_gain(row: Traffic) -> float:
    """Dollars saved if all input that is read anew came from the cache, its writes paid for."""
    price = row.price
    if price is None or (rate := price.rate("input")) is None:
        return 0.0
    cached = price.rate("cached")
    minimum = row.model.cache_minimum_tokens if row.model is not None else None
    mean = row.tokens.prompt / row.requests if row.requests else None
    too_short = minimum is not None and mean is not None and mean < minimum
    if cached is None or cached >= rate or too_short:
        return 0.0
    write = price.rate("cache_write") or rate
    paid = cached + (write - cached) / _READS_PER_WRITE
    # What is in batches already is left out: whether it may be cached too differs by vendor.
    anew = less(row.tokens, row.batched).input
    return anew * (rate - paid) / PICO_PER_DOLLAR * row.paid_share


def _batches(traffic: Sequence[Traffic], today: date) -> Saving | None:
    gain = 0.0
    models = []
    for row in traffic:
        moving = less(row.tokens, row.batched)
        prices = (
            list_price(row.provider, row.billed, today, tier)
            for tier in (Tier.STANDARD, Tier.BATCH)
        )
        now, then = (price.cost(moving) if price is not None else None for price in prices)
        if now is not None and then is not None and then < now:
            gain += (now - then) / PICO_PER_DOLLAR * row.paid_share
            models.append(row.billed)
    return _way(
        "batch",
        "Batches",
        models,
        [share * gain for share in _WAITING],
        "the vendor's batch price for whatever may wait a day and does not yet; a quarter is taken "
        "to, at most all",
    )


def _smaller(traffic: Sequence[Traffic], today: date) -> Saving | None:
    gain = 0.0
    moves = []
    for row in traffic:
        sibling = row.model.smaller if row.model is not None else None
        change = _change(row, sibling, today) if sibling is not None else None
        if change is not None and change > 0:
            gain += change
            moves.append(f"{row.billed} → {sibling}")
    return _way(
        "smaller",
        "The next smaller model of the same vendor, if as good",
        moves,
        [0.0, gain, gain],
        "everything moved one size down, if quality were equal; nothing where it is not",
    )


def _hosted(traffic: Sequence[Traffic], today: date) -> Saving | None:
    ends = [0.0, 0.0, 0.0]
    moves = []
    for row in traffic:
        if not row.generates:
            continue
        host = cheapest_host(row, today)
        if host is None or host[2] >= row.spend_usd:
            continue
        low, high = (max(row.spend_usd - host[2] * ratio, 0.0) for ratio in reversed(_TOKENIZERS))
        ends = [a + b for a, b in zip(ends, (low, row.spend_usd - host[2], high), strict=True)]
        moves.append(f"{row.billed} → {host[1]} at {host[0]}")
    return _way(
        "hosted",
        "Open weights hosted by a vendor, if as good",
        moves,
        ends,
        "the same tokens at the cheapest listed host of an open model that scores as high, if "
        "quality were equal; the ends are what another tokenizer makes of them",
    )


def _announced(traffic: Sequence[Traffic], today: date) -> Iterable[Saving | None]:
    """Cuts, and rises: a rise is no saving, and must not hide in a sum with one."""
    amounts = {True: 0.0, False: 0.0}
    changes: dict[bool, list[str]] = {True: [], False: []}
    for row in traffic:
        day = _changes_on(row, today)
        change = _change(row, row.billed, day) if day is not None else None
        if day is not None and change:
            amounts[change > 0] += change
            changes[change > 0].append(f"{row.billed} from {day.isoformat()}")
    titles = {True: "Price cuts already announced", False: "Price rises already announced"}
    for cut, title in titles.items():
        yield _way(
            "announced",
            title,
            changes[cut],
            [amounts[cut]] * 3,
            "the vendor's own next price for the same tokens, whatever anybody does"
            + ("" if cut else "; a negative amount is a rise, and no saving"),
        )


def _changes_on(row: Traffic, today: date) -> date | None:
    """The next day on which prices change; else the last on which they did since the bill's."""
    days = [day for day, _ in announced(row.provider, row.billed, row.priced)]
    coming = [day for day in days if day > today]
    return coming[0] if coming else max(days, default=None)


def _change(row: Traffic, billed: str, day: date) -> float | None:
    """What a month costs less at the price of another model or day, after today's discount."""
    now = row.cost_at(row.provider, row.billed, row.priced)
    then = row.cost_at(row.provider, billed, day)
    return (now - then) * row.paid_share if now is not None and then is not None else None


def _way(
    kind: str, title: str, what: Iterable[str], ends: Sequence[float], basis: str
) -> Saving | None:
    if not any(round(end, 2) for end in ends):
        return None
    low, central, high = ends
    names = list(dict.fromkeys(what))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return Saving(kind, title, ", ".join(names[:_NAMED]) + more, Range(central, low, high), basis)
