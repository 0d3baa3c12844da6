"""What a vendor asks by the token on a day, exact and dated. Knows no volume.

Prices come from the genai-prices package, offline: its data names no network. It is asked a
handful of times per target and never per request.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version

from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, Provider, StartDateConstraint, TimeOfDateConstraint

from equipoise.domain.endpoint import Target
from equipoise.domain.hardware import RateCard
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.provenance import Source
from equipoise.errors import UnpricedTargetError

_PACKAGE = "genai-prices"
# The day the locked version of the price data was published: until then its prices were checked.
_PUBLISHED = {"0.2.3": date(2026, 11, 10)}
_NOON = time(12, tzinfo=UTC)


def rate_card(target: Target, on: date, prompt_tokens: int = 1_000) -> RateCard:
    """Look a target's prices up for the day `on`, for prompts of about `prompt_tokens` tokens.

    Tiered prices depend on the prompt's length: crossing a tier reprices every token of it. Where
    prices depend on the hour, the dearest hour counts: a workload of all hours is not promised
    the cheap ones. Raises UnpricedTargetError where the data holds no price: no cost may then be
    stated.
    """
    wanted = target.endpoint.price_provider
    if wanted is None:
        raise _unpriced(target, "its endpoint names no price_provider")
    name = target.endpoint.served_name(target.model.id)
    try:
        provider, model = get_snapshot().find_provider_model(name, None, wanted, None)
    except LookupError as error:
        raise _unpriced(target, f"{_PACKAGE} {version(_PACKAGE)} has none") from error
    quote = _Quote(model, provider, max(prompt_tokens, 1))
    if not quote.holds(on):
        raise _unpriced(target, f"{_PACKAGE} {version(_PACKAGE)} knows it, without a token price")
    standard, batch = quote.at(on), quote.at(on, batch=True)
    cached, written = quote.cached_at(on), quote.written_at(on)
    return RateCard(
        target=target.id,
        input=standard[0],
        output=standard[1],
        cached=cached if cached < standard[0] else None,
        batch_input=batch[0] if batch != standard else None,
        batch_output=batch[1] if batch != standard else None,
        source=_source(provider),
        changes=tuple((day.isoformat(), *quote.at(day)) for day in _announced(model, on)),
        cache_write=written if written > standard[0] else None,
    )


class _Quote:
    """Asks the price library for one model, in picodollars per token."""

    def __init__(self, model: ModelInfo, provider: Provider, prompt_tokens: int) -> None:
        self._model = model
        self._provider = provider
        self._tokens = prompt_tokens
        self._times = _times(model)

    def holds(self, day: date) -> bool:
        """Whether tokens have a price both ways; one the library lacks it counts as nothing."""
        rows = [self._model.get_prices(datetime.combine(day, hour)) for hour in self._times]
        return all(row.input_mtok is not None and row.output_mtok is not None for row in rows)

    def at(self, day: date, *, batch: bool = False) -> tuple[int, int]:
        """Input and output on a day."""
        return max((self._pair(day, hour, batch) for hour in self._times), key=sum)

    def cached_at(self, day: date) -> int:
        """Input that the vendor read from its prompt cache."""
        usage = Usage(input_tokens=self._tokens, cache_read_tokens=self._tokens)
        return max(self._per_token(self._ask(usage, day, hour)) for hour in self._times)

    def written_at(self, day: date) -> int:
        """Input that the vendor is asked to keep in its prompt cache."""
        usage = Usage(input_tokens=self._tokens, cache_write_tokens=self._tokens)
        return max(self._per_token(self._ask(usage, day, hour)) for hour in self._times)

    def _pair(self, day: date, hour: time, batch: bool) -> tuple[int, int]:
        asked = self._ask(Usage(input_tokens=self._tokens), day, hour, batch=batch)
        both = Usage(input_tokens=self._tokens, output_tokens=self._tokens)
        answered = self._ask(both, day, hour, batch=batch) - asked
        return self._per_token(asked), self._per_token(answered)

    def _ask(self, usage: Usage, day: date, hour: time, *, batch: bool = False) -> Decimal:
        found = self._model.calc_price(
            usage,
            self._provider,
            genai_request_timestamp=datetime.combine(day, hour),
            price_context={"processing": "batch"} if batch else None,
        )
        return found.total_price

    def _per_token(self, dollars: Decimal) -> int:
        return int((dollars * PICO_PER_DOLLAR / self._tokens).to_integral_value())


def _times(model: ModelInfo) -> tuple[time, ...]:
    """Noon, and the start of every interval of the day that has a price of its own."""
    rows = model.prices if isinstance(model.prices, list) else []
    intervals = [row.constraint for row in rows if isinstance(row.constraint, TimeOfDateConstraint)]
    return (_NOON, *(interval.start_time for interval in intervals))


def _announced(model: ModelInfo, on: date) -> list[date]:
    """Days after `on` from which the vendor has announced other prices."""
    rows = model.prices if isinstance(model.prices, list) else []
    return sorted(
        row.constraint.start_date
        for row in rows
        if isinstance(row.constraint, StartDateConstraint) and row.constraint.start_date > on
    )


def _source(provider: Provider) -> Source:
    release = version(_PACKAGE)
    urls = provider.pricing_urls
    return Source(f"{_PACKAGE} {release}", urls[0] if urls else "", _PUBLISHED.get(release))


def _unpriced(target: Target, why: str) -> UnpricedTargetError:
    return UnpricedTargetError(
        f"no price is known for {target.id}: {why}",
        hint="Set endpoints.NAME.price_provider, or leave the candidate out.",
    )
