"""A policy file, read back into the value that wrote it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from equipoise.domain.policy import Policy, Route
from equipoise.domain.workload import DataClass
from equipoise.errors import ConfigurationError, Problem


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Route(_Row):
    target: str
    share: float


class _PolicyFile(_Row):
    schema_: Literal["equipoise.policy/1"]
    id: str
    workload: str
    data_class: DataClass
    routes: list[_Route]
    fallbacks: list[str]
    decided_on: date
    valid_until: date

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=lambda n: n.rstrip("_"))


def read_policy(path: Path) -> Policy:
    """Read a policy; raises ConfigurationError where it is absent or not one."""
    try:
        row = _PolicyFile.model_validate_json(path.read_bytes())
        return Policy(
            id=row.id,
            workload=row.workload,
            data_class=row.data_class,
            routes=tuple(Route(route.target, route.share) for route in row.routes),
            fallbacks=tuple(row.fallbacks),
            decided_on=row.decided_on,
            valid_until=row.valid_until,
        )
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        problem = Problem(str(path), None, "", reason, "`equipoise decide` writes policies.")
        raise ConfigurationError((problem,)) from error
    except ValidationError as error:
        problems = tuple(
            Problem(str(path), None, ".".join(map(str, fault["loc"])), fault["msg"].lower())
            for fault in error.errors()
        )
        raise ConfigurationError(problems) from error
    except ValueError as error:
        raise ConfigurationError((Problem(str(path), None, "routes", str(error)),)) from error
