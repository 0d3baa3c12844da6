"""What the gateway runs on: one frozen value, handed over whole and replaced whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.domain.endpoint import Target
from equipoise.domain.policy import Policy
from equipoise.domain.workload import DataClass
from equipoise.errors import UnknownModelError
from equipoise.gateway.tariff import Tariff

MAX_BODY_BYTES = 4 * 1024 * 1024
LONGEST_NAME = 200
"""How many characters of a name that is no model's are repeated or kept."""


@dataclass(frozen=True, slots=True)
class Service:
    """A name that clients may ask for: the workload it stands for and who answers.

    With a `policy` its routes and fallbacks answer, else `targets` in order. `data_class` is the
    workload's; undeclared is the strictest.
    """

    name: str
    workload: str
    data_class: DataClass
    targets: tuple[str, ...]
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Services by name, targets and their tariffs by id, and the limit of a request's body."""

    services: Mapping[str, Service]
    targets: Mapping[str, Target]
    tariffs: Mapping[str, Tariff]
    max_body_bytes: int = MAX_BODY_BYTES

    def service(self, name: str) -> Service:
        """The service a client names as its model; raises UnknownModelError."""
        if name not in self.services:
            known = ", ".join(sorted(self.services))
            raise UnknownModelError(
                f"no model {name[:LONGEST_NAME]!r} here", hint=f"There are: {known}."
            )
        return self.services[name]
