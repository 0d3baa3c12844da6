"""Endpoints: places that answer, who operates them, and on what terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.domain.model import Model
from equipoise.domain.provenance import Source


class Operator(StrEnum):
    """Who runs an endpoint. Never merged with who made the weights."""

    SELF = "self"
    VENDOR = "vendor"


class Dialect(StrEnum):
    """A wire protocol."""

    OPENAI_CHAT = "openai_chat"
    ANTHROPIC_MESSAGES = "anthropic_messages"


@dataclass(frozen=True, slots=True)
class Term:
    """Something an operator has agreed to, with its evidence and the day it lapses."""

    kind: str
    text: str
    source: Source
    expires: date

    def holds(self, on: date) -> bool:
        """Whether the term is in force; evidence that has lapsed fails closed."""
        return on <= self.expires


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row: one place that answers in one dialect.

    `api_key` is a reference such as `env:OPENAI_API_KEY`, never a secret. `served_names` maps
    catalog model ids to the names this endpoint knows them by; `renamed_fields` maps fields of a
    request as its dialect writes them to this endpoint's own names, or to nothing where it knows
    none. `price_provider` is the provider id under which prices are looked up; None means it
    charges nobody by the token. `concurrency` is how many questions of a trial it is asked at
    once; None leaves that to its operator's kind.
    """

    id: str
    name: str
    dialect: Dialect
    operator: Operator
    base_url: str | None
    api_key: str | None
    region: str
    terms: tuple[Term, ...]
    served_names: dict[str, str]
    renamed_fields: dict[str, str]
    price_provider: str | None
    source: Source
    concurrency: int | None = None

    def served_name(self, model: str) -> str:
        """What to put in a request's model field to mean the catalog's `model`."""
        return self.served_names.get(model, model)


@dataclass(frozen=True, slots=True)
class Target:
    """A model at an endpoint: the thing a plan sends traffic to."""

    model: Model
    endpoint: Endpoint

    @property
    def id(self) -> str:
        """`endpoint/model`, as users write it."""
        return f"{self.endpoint.id}/{self.model.id}"
