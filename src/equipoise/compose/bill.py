"""Day one: exports, a ledger or a sum of money in; the page of the bill out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from equipoise import __version__
from equipoise.bill.analyse import Question, analyse
from equipoise.bill.facts import DAYS_PER_MONTH, Facts
from equipoise.bill.page import BillPage
from equipoise.bill.record import to_csv, to_json
from equipoise.catalog.list_prices import list_price, price_data
from equipoise.compose.bill_ledger import ledger_lines
from equipoise.compose.out_folder import check_out
from equipoise.config.settings import Settings, load_settings
from equipoise.console import bill_report
from equipoise.domain.bill import BillLine, BillSource, Note, Reading, Role
from equipoise.domain.endpoint import Operator
from equipoise.domain.money import Money
from equipoise.domain.ports import Progress
from equipoise.errors import UnpricedTargetError
from equipoise.exports.container import Kind, look
from equipoise.exports.reading import ReadingOrder, read_exports

_FIRST_ASKED = ("openai", "anthropic", "google", "mistral", "x-ai", "deepseek")


@dataclass(frozen=True, slots=True)
class Stated:
    """A bill without any file: so many dollars a month for one model."""

    monthly_usd: Decimal
    model: str


@dataclass(frozen=True, slots=True)
class BillOrder:
    """What the user asked for: files, or a stated sum. `rates` are dollars for one unit."""

    files: tuple[Path, ...]
    stated: Stated | None
    today: date
    facts: Facts
    rates: Mapping[str, Decimal]
    by: str | None
    config: Path | None


@dataclass(frozen=True, slots=True)
class BillFiles:
    """Where the page went."""

    html: Path
    json: Path
    csv: Path
    drafts: tuple[Path, ...]


def run_bill(order: BillOrder, progress: Progress) -> BillPage:
    """Make the page.

    Raises ExportError, NothingSpentError, UnpricedTargetError for a stated model that no list
    prices, LedgerError or ConfigurationError.
    """
    settings = load_settings(order.config)
    question = Question(
        today=order.today,
        facts=order.facts,
        by=order.by,
        inputs=(
            *sorted(_digests(order.files)),
            ("equipoise", __version__),
            ("prices", price_data()),
        ),
    )
    if order.stated is not None:
        stated = _stated(order.stated, order.today, settings)
        return analyse(stated, replace(question, days=DAYS_PER_MONTH))
    return analyse(_read(order, settings, progress), question)


def write_bill(page: BillPage, out: Path) -> BillFiles:
    """Write the page as HTML and JSON, its spend as CSV and its drafts as workload files.

    All are rendered before one is written. Raises ConfigurationError where `out` cannot be.
    """
    files = BillFiles(
        html=out / "bill.html",
        json=out / "bill.json",
        csv=out / "spend.csv",
        drafts=tuple(out / f"{draft.name}.toml" for draft in page.drafts),
    )
    texts = {
        files.html: bill_report.render(page),
        files.json: to_json(page),
        files.csv: to_csv(page),
        **{file: draft.toml for file, draft in zip(files.drafts, page.drafts, strict=True)},
    }
    check_out(out, "nothing")
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    return files


def _read(order: BillOrder, settings: Settings, progress: Progress) -> Reading:
    """Exports and ledgers, told apart by what they hold."""
    ledgers = [path for path in order.files if path.is_file() and look(path).kind is Kind.LEDGER]
    exports = tuple(path for path in order.files if path not in ledgers)
    reading = Reading((), ())
    if exports:
        reading = read_exports(ReadingOrder(exports, order.rates, order.by), progress)
    for path in ledgers:
        lines, source, notes = ledger_lines(path, settings, len(reading.sources))
        reading = Reading(
            (*reading.lines, *lines), (*reading.sources, source), (*reading.notes, *notes)
        )
    return reading


def _stated(stated: Stated, today: date, settings: Settings) -> Reading:
    """A month's sum as one line of yesterday's; its tokens are inferred later."""
    provider = _provider(stated.model, today, settings)
    source = BillSource(
        "a stated sum",
        "stated",
        "What is paid a month, as stated",
        Role.INVOICE,
        "stated",
        "UTC",
        1,
    )
    line = BillLine(
        source=0,
        role=Role.INVOICE,
        provider=provider,
        day=today - timedelta(days=1),
        model=stated.model,
        cost_pico=Money.of(stated.monthly_usd).pico,
    )
    text = "no export was read: the sum and the model are as stated, all else is assumed"
    return Reading((line,), (source,), (Note("stated", text),))


def _provider(model: str, today: date, settings: Settings) -> str:
    """The vendor whose list prices a model: its own before its hosts."""
    hosts = [
        row.price_provider
        for row in settings.endpoints.values()
        if row.operator is Operator.VENDOR and row.price_provider is not None
    ]
    for provider in dict.fromkeys((*_FIRST_ASKED, *hosts)):
        if list_price(provider, model, today) is not None:
            return provider
    raise UnpricedTargetError(
        f"no price list has a model {model!r}",
        hint="Write it as it is billed, such as gpt-5-mini; `equipoise catalog models` has more.",
    )


def _digests(files: Sequence[Path]) -> Iterable[tuple[str, str]]:
    for path in files:
        if path.is_file():
            with path.open("rb") as file:
                yield path.name, f"sha256 {hashlib.file_digest(file, 'sha256').hexdigest()}"
