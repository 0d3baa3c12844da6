"""What terms each data class asks of an endpoint before data of that class may go there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from equipoise.domain.endpoint import Endpoint, Operator
from equipoise.domain.workload import DataClass

REQUIRED_OF_VENDORS: Mapping[DataClass, tuple[str, ...]] = {
    DataClass.PUBLIC: (),
    DataClass.INTERNAL: ("no_training",),
    DataClass.CONFIDENTIAL: ("no_training", "zero_retention"),
    DataClass.RESTRICTED: ("no_training", "zero_retention", "restricted_data_agreement"),
}
"""Kinds of `Term` a vendor needs. What we run ourselves needs none: the data stays inside."""


def missing_terms(endpoint: Endpoint, data_class: DataClass, on: date) -> tuple[str, ...]:
    """The terms that stand between a data class and an endpoint on a day; empty lets it through.

    A term that has lapsed is missing: absent and expired evidence both fail closed.
    """
    if endpoint.operator is Operator.SELF:
        return ()
    in_force = {term.kind for term in endpoint.terms if term.holds(on)}
    return tuple(kind for kind in REQUIRED_OF_VENDORS[data_class] if kind not in in_force)
