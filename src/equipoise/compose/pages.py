"""The console's process: settings, ledger and decisions in, pages out. It drives nothing.

It imports neither the gateway nor an engine; what runs it learns from the same settings.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from equipoise.catalog import models
from equipoise.compose.up import address
from equipoise.config.settings import NamedModel, Settings, load_settings, secret
from equipoise.console.overview import (
    Answerer,
    DecisionRow,
    Overview,
    ServiceRow,
    SpendRow,
    render,
    to_json,
)
from equipoise.decisions.record import SCHEMA
from equipoise.domain.decision import PlanKind
from equipoise.domain.endpoint import Endpoint
from equipoise.domain.ports import Ledger, SummaryRow
from equipoise.domain.record import Outcome
from equipoise.domain.terms import missing_terms
from equipoise.domain.workload import DataClass
from equipoise.errors import EquipoiseError
from equipoise.ledger.opening import open_ledger

LAST_DECISIONS = 20

_EMBEDDED_ENDPOINT = "local"
_EMBEDDED = NamedModel(
    "smollm2-135m-instruct",
    (f"{_EMBEDDED_ENDPOINT}/smollm2-135m-instruct",),
    policy=None,
    workload="default",
)
"""The service that is always there; a test holds it, and all others, to what the gateway has."""

_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class _Plan(msgspec.Struct, frozen=True):
    kind: PlanKind


class _Workload(msgspec.Struct, frozen=True):
    workload: str
    title: str
    confidence: float
    decided_on: date
    valid_until: date
    plan: _Plan


class _Record(msgspec.Struct, frozen=True):
    schema: str
    workloads: tuple[_Workload, ...]


_RECORDS = msgspec.json.Decoder(_Record)


def make_pages(settings: Settings, ledger: Ledger, now: Callable[[], datetime]) -> Starlette:
    """The application. `now` is the time in UTC; the ledger is the caller's to close."""
    decisions = Path(settings.live.decisions)

    def page(request: Request) -> Response:
        del request
        return HTMLResponse(render(overview(settings, ledger, now())), headers=_HEADERS)

    def twin(request: Request) -> Response:
        del request
        text = to_json(overview(settings, ledger, now()))
        return Response(text, media_type="application/json", headers=_HEADERS)

    def report(request: Request) -> Response:
        path = find_report(decisions, request.path_params["folder"])
        if path is None:
            raise HTTPException(404, "no such report")
        return HTMLResponse(path.read_bytes(), headers=_HEADERS)

    async def live(request: Request) -> Response:
        del request
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/overview.json", twin),
            Route("/decisions/{folder}/report.html", report),
            Route("/livez", live),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings))],
        exception_handlers={EquipoiseError: _say},
    )


def overview(settings: Settings, ledger: Ledger, at: datetime) -> Overview:
    """Everything the page says; raises LedgerError."""
    outcomes = {row.values[0]: row.requests for row in ledger.summary(("outcome",))}
    decided, unread = read_decisions(Path(settings.live.decisions))
    return Overview(
        at=at,
        gateway=address(settings.live.host, settings.live.port),
        services=services(settings, at.date()),
        decisions=decided,
        unread=unread,
        requests=sum(outcomes.values()),
        failed=outcomes.get(Outcome.FAILED, 0),
        spend=_spend(ledger.summary(("workload", "target", "day"))),
    )


def services(settings: Settings, today: date) -> tuple[ServiceRow, ...]:
    """What clients may ask for, and who answers today."""
    named = {_EMBEDDED.name: _EMBEDDED}
    named |= {model.name: model for model in settings.live.models}
    return tuple(_service(settings, model, today) for model in named.values())


def read_decisions(folder: Path) -> tuple[tuple[DecisionRow, ...], int]:
    """The newest decisions, the last one first, and how many folders hold no record for us."""
    found = [path for path in folder.glob("*/") if _FOLDER.fullmatch(path.name)]
    # A folder's name begins with its day; of one day, the one written last comes first.
    found.sort(key=lambda path: (path.name[:10], path.stat().st_mtime), reverse=True)
    rows: list[DecisionRow] = []
    unread = 0
    for path in found[:LAST_DECISIONS]:
        read = tuple(_decisions(folder, path))
        rows += read
        unread += not read
    return tuple(rows), unread


def find_report(decisions: Path, folder: str) -> Path | None:
    """The report of a folder of decisions; None where there is none or it lies elsewhere."""
    if not _FOLDER.fullmatch(folder):
        return None
    path = (decisions / folder / "report.html").resolve()
    inside = path.is_relative_to(decisions.resolve())  # a link may lead anywhere
    return path if inside and path.is_file() else None


def _service(settings: Settings, model: NamedModel, today: date) -> ServiceRow:
    policy = model.policy
    declared = settings.live.data_classes.get(model.workload)
    classes = [c for c in (declared, policy.data_class if policy else None) if c is not None]
    # Whoever says stricter is believed; undeclared is the strictest.
    strictest = max(classes, key=list(DataClass).index) if classes else DataClass.RESTRICTED
    shares = {route.target: route.share for route in policy.routes} if policy else {}
    names = (*shares, *policy.fallbacks) if policy else model.targets

    def answerer(name: str) -> Answerer:
        endpoint_name, _, model_name = name.partition("/")
        endpoint = settings.endpoints[endpoint_name]
        weights = models.find(model_name).weights
        obstacle = _obstacle(endpoint, strictest, today)
        return Answerer(name, weights, endpoint.operator, shares.get(name), obstacle)

    return ServiceRow(
        name=model.name,
        workload=model.workload,
        data_class=strictest.value,
        targets=tuple(answerer(name) for name in names),
        policy=policy.id if policy else "",
        valid_until=policy.valid_until if policy else None,
    )


def _obstacle(endpoint: Endpoint, data_class: DataClass, today: date) -> str:
    """Why no request of this data class reaches an endpoint; empty where it does."""
    missing = missing_terms(endpoint, data_class, today)
    if missing:
        terms = ", ".join(term.replace("_", " ") for term in missing)
        return f"{data_class.value} data may not go there without: {terms}"
    if endpoint.base_url is None and endpoint.id != _EMBEDDED_ENDPOINT:
        return "it has no address"
    if endpoint.api_key is not None and secret(endpoint.api_key) is None:
        return f"no key: {endpoint.api_key.removeprefix('env:')} is not set"
    return ""


def _decisions(decisions: Path, folder: Path) -> Iterator[DecisionRow]:
    try:
        record = _RECORDS.decode((folder / "decision.json").read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return
    if record.schema != SCHEMA:
        return
    report = find_report(decisions, folder.name) is not None
    for row in record.workloads:
        yield DecisionRow(
            row.workload,
            row.title,
            row.plan.kind,
            row.confidence,
            row.decided_on,
            row.valid_until,
            f"/decisions/{folder.name}/report.html" if report else "",
        )


def _spend(rows: tuple[SummaryRow, ...]) -> tuple[SpendRow, ...]:
    """Sums by workload, target and day, added up over the days; the dearest first."""
    grouped: dict[tuple[str, str], list[SummaryRow]] = {}
    for row in rows:
        grouped.setdefault((row.values[0], row.values[1]), []).append(row)
    sums = (
        SpendRow(
            workload=workload,
            target=target,
            requests=sum(row.requests for row in days),
            failed=sum(row.failed for row in days),
            input_tokens=sum(row.input_tokens for row in days),
            output_tokens=sum(row.output_tokens for row in days),
            cost_pico=sum(row.cost_pico for row in days),
            estimated_pico=sum(row.estimated_pico for row in days),
            first=min(row.values[2] for row in days),
            last=max(row.values[2] for row in days),
        )
        for (workload, target), days in grouped.items()
    )
    return tuple(sorted(sums, key=lambda row: (-row.cost_pico, row.workload, row.target)))


def _hosts(settings: Settings) -> list[str]:
    """The names it is asked under. On the loopback, a page elsewhere may not lead its name here."""
    host = settings.live.console_host
    return list(_LOOPBACK) if host in _LOOPBACK else ["*"]


def _say(request: Request, error: Exception) -> Response:
    """An error of ours in words, for whoever looks at the page."""
    del request
    words, status = str(error), 500
    if isinstance(error, EquipoiseError):
        words, status = f"{error.message}. {error.hint}", error.status
    return Response(words, status, _HEADERS, "text/plain")


def main() -> int:
    """Serve until a signal comes; the settings file is the first argument, if any."""
    settings = load_settings(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    ledger = open_ledger(settings.live.ledger_url, full=settings.live.ledger_full)
    try:
        uvicorn.run(
            make_pages(settings, ledger, lambda: datetime.now(UTC)),
            host=settings.live.console_host,
            port=settings.live.console_port,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
        )
    finally:
        ledger.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
