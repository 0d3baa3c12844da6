"""Whom to ask, in which order: the policy proposes, the data class disposes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from equipoise.domain.endpoint import Target
from equipoise.domain.policy import Policy
from equipoise.domain.terms import missing_terms
from equipoise.errors import DataClassError, UnknownModelError
from equipoise.gateway.snapshot import Service, Snapshot


def plan(snapshot: Snapshot, service: Service, request_id: str, today: date) -> tuple[Target, ...]:
    """The targets to ask in order. None that the data class keeps out is ever among them.

    Raises DataClassError where none is left, without a word of the request's content, and
    UnknownModelError where a name leads to no target.
    """
    names = tuple(dict.fromkeys(_proposed(service, request_id)))
    absent = [name for name in names if name not in snapshot.targets]
    if absent:
        raise UnknownModelError(
            f"{service.name} leads to {absent[0]}, which is not configured",
            hint="Name its endpoint in the settings file.",
        )
    targets = [snapshot.targets[name] for name in names]
    allowed = tuple(
        target
        for target in targets
        if not missing_terms(target.endpoint, service.data_class, today)
    )
    if not allowed:
        raise DataClassError(
            f"{service.data_class.value} data may go to none of {', '.join(names)}",
            hint="Put the vendor's terms on file, or name a target that we run ourselves.",
        )
    return allowed


def _proposed(service: Service, request_id: str) -> Iterable[str]:
    if service.policy is None:
        return service.targets
    first = _drawn(service.policy, request_id)
    others = (route.target for route in service.policy.routes)
    return (first, *others, *service.policy.fallbacks)


def _drawn(policy: Policy, request_id: str) -> str:
    """The route a request is put to first, by the shares; the id decides, so that it can be told
    afterwards why."""
    digest = hashlib.sha256(f"{policy.id}/{request_id}".encode()).digest()
    ticket = int.from_bytes(digest[:8], "big") / 2**64
    for route in policy.routes:
        ticket -= route.share
        if ticket < 0:
            return route.target
    return policy.routes[-1].target
