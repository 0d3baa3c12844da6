"""What a scripted upstream sent, how each reply ended, and what it bills for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from equipoise.domain.request import Usage
from equipoise.testing.script import HttpRequest, Reply


class Ending(StrEnum):
    """How a reply ended: sent whole, by its fault, by its client, or as the upstream was left."""

    WHOLE = "whole"
    FAULT = "fault"
    CLIENT_GONE = "client_gone"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply. `sent` counts bytes of the body handed to the network."""

    request: HttpRequest
    reply: Reply
    sent: int
    ending: Ending


@dataclass(frozen=True, slots=True)
class Account:
    """The upstream's own bill: tokens by the model that was asked for.

    A reply is billed in full once a byte of its body is out. `whole` are those sent to their end;
    `broken` those that a fault or their client broke off, which a client can only estimate.
    """

    whole: Mapping[str, Usage]
    broken: Mapping[str, Usage]

    @property
    def billed(self) -> Mapping[str, Usage]:
        """Both together."""
        return _by_model([*self.whole.items(), *self.broken.items()])


def account(exchanges: Iterable[Exchange]) -> Account:
    """Add up what these exchanges are billed for."""
    whole: list[tuple[str, Usage]] = []
    broken: list[tuple[str, Usage]] = []
    for exchange in exchanges:
        if exchange.reply.usage is not None and exchange.sent:
            rows = whole if exchange.ending is Ending.WHOLE else broken
            rows.append((exchange.request.model, exchange.reply.usage))
    return Account(_by_model(whole), _by_model(broken))


def _by_model(rows: Iterable[tuple[str, Usage]]) -> dict[str, Usage]:
    sums: dict[str, Usage] = {}
    for model, usage in rows:
        sums[model] = _plus(sums.get(model, Usage(0, 0)), usage)
    return sums


def _plus(first: Usage, second: Usage) -> Usage:
    return Usage(
        input=first.input + second.input,
        output=first.output + second.output,
        cached=first.cached + second.cached,
        reasoning=first.reasoning + second.reasoning,
    )
