"""What `equipoise.toml` says of the live path: models that clients name, workloads, limits."""

from __future__ import annotations

from pydantic import Field

from equipoise.config.workload_schema import Table
from equipoise.domain.workload import DataClass


class ModelTable(Table):
    targets: list[str] = Field(
        default=[], description="the list of endpoint/model that answer, in order"
    )
    policy: str | None = Field(
        default=None, min_length=1, description="the policy file that routes it, in their stead"
    )
    workload: str | None = Field(
        default=None, description="the workload that its requests belong to"
    )


class WorkloadTable(Table):
    data_class: DataClass = Field(
        default=DataClass.RESTRICTED, strict=False, description="how far its data may travel"
    )


class GatewayTable(Table):
    host: str = Field(default="127.0.0.1", description="the address it listens on")
    port: int = Field(default=8080, ge=0, le=65_535, description="the port, 0 for a free one")
    max_body_bytes: int = Field(
        default=4_194_304, ge=1_024, description="the largest request that is taken, in bytes"
    )


class LedgerTable(Table):
    url: str = Field(default="sqlite:///equipoise.db", description="where the records go")
    full: bool = Field(
        default=False, description="whether a record survives a loss of power, at a price in time"
    )


class ConsoleTable(Table):
    host: str = Field(default="127.0.0.1", description="the address its pages are served on")
    port: int = Field(default=8081, ge=1, le=65_535, description="the port")
    decisions: str = Field(
        default="decisions", min_length=1, description="the folder of the records, from this file"
    )
