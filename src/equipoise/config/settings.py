"""`equipoise.toml`: the user's own endpoints and engine settings over the catalog's rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from equipoise.catalog import endpoints as catalog_endpoints
from equipoise.config.live_tables import (
    ConsoleTable,
    GatewayTable,
    LedgerTable,
    ModelTable,
    WorkloadTable,
)
from equipoise.config.policy_file import read_policy
from equipoise.config.problems import from_validation
from equipoise.config.toml_file import TomlFile, read_toml
from equipoise.config.workload_schema import Table
from equipoise.domain.endpoint import Dialect, Endpoint, Operator, Term
from equipoise.domain.policy import Policy
from equipoise.domain.provenance import Source
from equipoise.domain.workload import DataClass
from equipoise.errors import ConfigurationError, Problem

DEFAULT_FILE = Path("equipoise.toml")

# A target is written endpoint/model, so the first slash ends an endpoint's name.
EndpointName = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class TermTable(Table):
    kind: str = Field(
        min_length=1, description="what was agreed, such as no_training or zero_retention"
    )
    evidence: str = Field(min_length=1, description="the file that proves it, beside this one")
    expires: date = Field(description="the day it lapses, such as 2030-12-31")


class EndpointTable(Table):
    dialect: Dialect = Field(
        default=Dialect.OPENAI_CHAT, strict=False, description="the protocol it speaks"
    )
    operator: Operator = Field(
        default=Operator.VENDOR, strict=False, description="who runs it: self or vendor"
    )
    base_url: str | None = Field(
        default=None,
        # No user and password, no query: an address is printed, and a secret is not.
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        description="its address, such as https://host/v1, without a password or a query",
    )
    api_key: str | None = Field(
        default=None,
        pattern="^env:[A-Za-z_][A-Za-z0-9_]*$",
        description="the variable that holds its key, such as env:OPENAI_API_KEY, never the key",
    )
    region: str = Field(default="unknown", description="where it stands")
    served_names: dict[str, str] = Field(
        default={}, description="the table of catalog ids to its own names"
    )
    renamed_fields: dict[str, str] = Field(
        default={}, description="the table of request fields to its own names"
    )
    price_provider: str | None = Field(
        default=None, description="the provider under which its prices are looked up"
    )
    hardware: str | None = Field(
        default=None, description="the machine it runs on, where it is ours: its hours are costed"
    )
    concurrency: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="how many questions of a trial it is asked at once: 4 of a vendor, 1 of ours",
    )
    terms: list[TermTable] = Field(default=[], description="what its operator agreed to")


class EngineTable(Table):
    threads: int | None = Field(
        default=None, ge=1, description="how many threads the embedded engine uses"
    )
    weights: str | None = Field(
        default=None, min_length=1, description="where the embedded weights lie, from this file"
    )


class SettingsFile(Table):
    """The whole file."""

    endpoints: dict[EndpointName, EndpointTable] = Field(
        default={}, description="the table of endpoints, one [endpoints.NAME] each"
    )
    engine: EngineTable = Field(
        default=EngineTable(), description="the table of the embedded engine"
    )
    models: dict[str, ModelTable] = Field(
        default={}, description="the table of names that clients ask for, one [models.NAME] each"
    )
    workloads: dict[str, WorkloadTable] = Field(
        default={}, description="the table of workloads, one [workloads.NAME] each"
    )
    gateway: GatewayTable = Field(default=GatewayTable(), description="the table of the gateway")
    ledger: LedgerTable = Field(default=LedgerTable(), description="the table of the ledger")
    console: ConsoleTable = Field(default=ConsoleTable(), description="the table of the console")


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A name that clients ask for, with its targets in order or the policy that routes it."""

    name: str
    targets: tuple[str, ...]
    policy: Policy | None
    workload: str


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """The settings of `equipoise up`.

    `data_classes` holds those of the workloads, `machines` what our own endpoints run on.
    """

    models: tuple[NamedModel, ...] = ()
    data_classes: Mapping[str, DataClass] = field(default_factory=dict)
    machines: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 8080
    max_body_bytes: int = 4_194_304
    ledger_url: str = "sqlite:///equipoise.db"
    ledger_full: bool = False
    console_host: str = "127.0.0.1"
    console_port: int = 8081
    decisions: str = "decisions"


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration in force."""

    endpoints: Mapping[str, Endpoint]
    threads: int | None
    weights: str | None
    origin: str
    live: LiveSettings = LiveSettings()


def load_settings(path: Path | None) -> Settings:
    """Read `path`, or `equipoise.toml` where it exists, over the catalog's endpoints.

    Raises ConfigurationError with every problem.
    """
    rows = {endpoint.id: endpoint for endpoint in catalog_endpoints.endpoints()}
    if path is None and not DEFAULT_FILE.exists():
        return Settings(rows, None, None, "defaults", LiveSettings())
    path = path or DEFAULT_FILE
    parsed = _parse(read_toml(path))
    for name, table in parsed.endpoints.items():
        rows[name] = _endpoint(name, table, rows.get(name), str(path))
    weights = parsed.engine.weights
    return Settings(
        endpoints=rows,
        threads=parsed.engine.threads,
        weights=str(path.parent / weights) if weights is not None else None,
        origin=str(path),
        live=_live(parsed, path),
    )


def secret(reference: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The secret a reference such as `env:NAME` means, or None where it is not set or blank."""
    if reference is None:
        return None
    return environment.get(reference.removeprefix("env:"), "").strip() or None


def _live(parsed: SettingsFile, path: Path) -> LiveSettings:
    models = []
    for name, table in parsed.models.items():
        policy = read_policy(path.parent / table.policy) if table.policy is not None else None
        workload = table.workload or (policy.workload if policy is not None else name)
        models.append(NamedModel(name, tuple(table.targets), policy, workload))
    return LiveSettings(
        models=tuple(models),
        data_classes={name: table.data_class for name, table in parsed.workloads.items()},
        machines={name: row.hardware for name, row in parsed.endpoints.items() if row.hardware},
        host=parsed.gateway.host,
        port=parsed.gateway.port,
        max_body_bytes=parsed.gateway.max_body_bytes,
        ledger_url=parsed.ledger.url,
        ledger_full=parsed.ledger.full,
        console_host=parsed.console.host,
        console_port=parsed.console.port,
        decisions=str(path.parent / parsed.console.decisions),
    )


def _parse(file: TomlFile) -> SettingsFile:
    problems = list(_unproven(file))
    parsed = SettingsFile()
    try:
        parsed = SettingsFile.model_validate(file.data)
    except ValidationError as error:
        # A key that was written where its reference belongs is never repeated.
        problems += from_validation(error, SettingsFile, file, echo=False)
    if problems:
        raise ConfigurationError(tuple(sorted(problems, key=lambda problem: problem.line or 0)))
    return parsed


def _unproven(file: TomlFile) -> Iterator[Problem]:
    """The terms whose evidence is not there."""
    for name in file.at(dict, "endpoints") or {}:
        for index in range(len(file.at(list, "endpoints", name, "terms") or ())):
            where = ("endpoints", name, "terms", index, "evidence")
            evidence = file.at(str, *where)
            if evidence and not (file.path.parent / evidence).is_file():
                advice = "Put the agreement there, or take the term away."
                yield file.problem(where, "no such file", advice)


def _endpoint(name: str, table: EndpointTable, known: Endpoint | None, origin: str) -> Endpoint:
    """The user's row; over a catalog row, only what the user wrote replaces it.

    Another address is another operator: the catalog's terms do not go with it.
    """
    source = Source(origin)
    terms = tuple(
        Term(term.kind, f"agreement on file: {term.evidence}", source, term.expires)
        for term in table.terms
    )
    row = known or Endpoint(
        id=name,
        name=name,
        dialect=table.dialect,
        operator=table.operator,
        base_url=table.base_url,
        api_key=table.api_key,
        region=table.region,
        terms=(),
        served_names={},
        renamed_fields={},
        price_provider=table.price_provider,
        source=source,
        concurrency=table.concurrency,
    )
    apart = {"terms", "served_names", "renamed_fields", "hardware"}
    written = {key: getattr(table, key) for key in table.model_fields_set - apart}
    # What the catalog read was agreed by the vendor at its own address, and by nobody else.
    kept = () if "base_url" in written else row.terms
    return replace(
        row,
        **written,
        terms=(*kept, *terms),
        served_names={**row.served_names, **table.served_names},
        renamed_fields={**row.renamed_fields, **table.renamed_fields},
        source=source,
    )
