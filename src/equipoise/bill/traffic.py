"""A month of each billed model: what it costs and the tokens behind it, counted or inferred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from equipoise.bill.counted import Counted
from equipoise.bill.facts import DAYS_PER_MONTH, Facts
from equipoise.bill.metered import Metered, Named, one_name, shared_out
from equipoise.bill.spend import Spending, Spent, explaining, is_usage
from equipoise.catalog.billed import catalog_model
from equipoise.catalog.list_prices import ListPrice, list_price
from equipoise.domain.bill import TOKEN_KINDS, BillLine, ChargeKind, Role, Tier, Tokens
from equipoise.domain.model import Model
from equipoise.domain.money import PICO_PER_DOLLAR

PASSING = (ChargeKind.CREDIT, ChargeKind.REFUND, ChargeKind.PURCHASE)
"""What is no part of a usual month: a credit is used up, a refund puts one charge right, and what
is bought in advance is paid once."""

WAITING = (Tier.BATCH, Tier.FLEX)
"""What is already paid for at the price of what may wait."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A month of one model at one vendor, of one project or of all.

    `tokens` and `batched` are a month's: all tokens, and those that already go through batches.
    `spend_usd` is after lasting discounts. `requests` is None where nobody counts them; `inferred`
    says that tokens follow from the money and a price, not from a count. `priced` is the day whose
    prices count, `price` the standard one of that day.
    """

    provider: str
    billed: str
    project: str
    model: Model | None
    price: ListPrice | None
    priced: date
    spend_usd: float
    tokens: Tokens
    batched: Tokens
    requests: float | None
    inferred: bool

    @property
    def writes(self) -> bool:
        """Whether it is a model that writes text, which is what the catalog's open models do.

        All that the catalog knows do; of others, their prices tell.
        """
        if self.model is not None or self.price is None:
            return True
        return not self.price.media and self.price.rate("output") is not None

    @property
    def generates(self) -> bool:
        """Whether text was written, as far as anybody counted."""
        return self.writes and self.tokens.output > 0

    @property
    def tokens_per_request(self) -> float | None:
        """The mean length of a request with its answer; None where requests are not counted."""
        return self.tokens.total / self.requests if self.requests else None

    @property
    def paid_share(self) -> float:
        """What is paid for a dollar at list price: from 0, all of it credited, to 1 and no more."""
        listed = self.cost_at(self.provider, self.billed, self.priced)
        return min(max(self.spend_usd / listed, 0.0), 1.0) if listed else 1.0

    def cost_at(self, provider: str, billed: str, day: date) -> float | None:
        """The month's tokens at a list price, those in batches at its batch price if it has one.

        None where a kind of token that was used has no price.
        """
        standard = list_price(provider, billed, day)
        waiting = list_price(provider, billed, day, Tier.BATCH)
        if standard is None or waiting is None:
            return None
        costs = standard.cost(less(self.tokens, self.batched)), waiting.cost(self.batched)
        if costs[0] is None or costs[1] is None:
            return None
        return (costs[0] + costs[1]) / PICO_PER_DOLLAR


@dataclass(frozen=True, slots=True)
class Month:
    """The span that a month is scaled from."""

    first: date
    last: date
    days: float

    @property
    def factor(self) -> float:
        """What the span's sums are multiplied with to make a month."""
        return DAYS_PER_MONTH / self.days


@dataclass(frozen=True, slots=True)
class Run:
    """What a usual month is reckoned from: the lines of the days that are over."""

    spending: Spending
    counted: Counted
    month: Month

    @property
    def monthly_usd(self) -> float:
        """A month's spend, without credits, refunds and what is bought in advance."""
        lasting = (row.pico for row in self.spending.spent if row.line.kind not in PASSING)
        return sum(lasting) / PICO_PER_DOLLAR * self.month.factor

    def passing_usd(self, kind: ChargeKind) -> float:
        """What the span holds of a kind that is no part of a usual month."""
        found = (row.pico for row in self.spending.spent if row.line.kind is kind)
        return sum(found) / PICO_PER_DOLLAR


def traffic(run: Run, facts: Facts, *, by_project: bool = False) -> tuple[Traffic, ...]:
    """The month's traffic by vendor and model, and by project where asked for; largest first.

    Where the invoice names a model without its tokens, they come from the vendor's usage report of
    the same days; where there is none, from its price.
    """
    explained = {
        provider: [line for line in lines if line.day <= run.month.last]
        for provider, lines in explaining(run.counted).items()
    }
    metered = Metered.of(explained)
    spent = [row for row in run.spending.spent if row.line.model and is_usage(row.line)]
    net = _net_factors(run.spending.spent)
    models: dict[Named, list[Spent]] = defaultdict(list)
    cells: dict[tuple[Named, str | None], list[Spent]] = defaultdict(list)
    for row in shared_out(spent, metered) if by_project else spent:
        named = row.line.provider, one_name(row.line.provider, row.line.model)
        models[named].append(row)
        cells[named, row.line.project if by_project else None].append(row)
    found = []
    for (named, project), rows in cells.items():
        invoiced = _invoiced(models[named]) if project is not None else ()
        beside = metered.behind(named, project, _invoiced(rows), invoiced)
        tokens = _counted(rows, beside, facts)
        one = _traffic(rows, tokens, run.month, net[named])
        found.append(replace(one, project=project or ""))
    return tuple(
        sorted(found, key=lambda row: (-row.spend_usd, row.provider, row.billed, row.project))
    )


@dataclass(frozen=True, slots=True)
class _Count:
    """Tokens and requests of the span, before they are scaled to a month."""

    tokens: Tokens
    batched: Tokens
    requests: float | None
    inferred: bool


def _traffic(rows: Sequence[Spent], count: _Count, month: Month, net: float) -> Traffic:
    by_name: dict[str, int] = defaultdict(int)
    for row in rows:
        by_name[row.line.model] += row.pico
    billed = max(by_name, key=lambda name: (by_name[name], name))
    first = rows[0].line
    requests = count.requests * month.factor if count.requests else None
    return Traffic(
        provider=first.provider,
        billed=billed,
        project="",
        model=catalog_model(first.provider, billed),
        price=list_price(first.provider, billed, month.last),
        priced=month.last,
        spend_usd=sum(by_name.values()) / PICO_PER_DOLLAR * month.factor * net,
        tokens=_scaled(count.tokens, month.factor),
        batched=_scaled(count.batched, month.factor),
        requests=requests,
        inferred=count.inferred,
    )


def _counted(rows: Sequence[Spent], beside: Sequence[BillLine], facts: Facts) -> _Count:
    """The tokens behind some spent lines: their own, else what was metered, else from the money."""
    sides = (_invoiced(rows), [row for row in rows if row.line.role is not Role.INVOICE])
    lines: list[BillLine] = []
    bare: list[Spent] = []
    for side, other in zip(sides, (beside, ()), strict=True):
        own = [row.line for row in side if row.line.tokens.total]
        if not own and side and other:
            own = list(other)
        lines += own
        bare += side if not own else ()
    guessed = [_inferred(row, facts.input_share) for row in bare]
    lines += [line for line in guessed if line is not None]
    tokens = _sum(line.tokens for line in lines)
    asked = [line for line in lines if line.requests]
    heard = _sum(line.tokens for line in asked).total
    requests = sum(line.requests or 0 for line in asked)
    return _Count(
        tokens=tokens,
        batched=_sum(line.tokens for line in lines if line.tier in WAITING),
        # Lines that count no requests are taken to have them of the length of those that do.
        requests=requests * tokens.total / heard if heard else None,
        inferred=any(line is not None for line in guessed),
    )


def _inferred(row: Spent, input_share: float) -> BillLine | None:
    """The tokens that an amount buys at list price, where their kinds are not told apart."""
    line = row.line
    price = list_price(line.provider, line.model, line.day, line.tier)
    if price is None or row.pico <= 0:
        return None
    read, written = price.rate("input") or 0, price.rate("output") or 0
    blended = read * input_share + written * (1 - input_share)
    if blended <= 0:
        return None
    total = row.pico / blended
    output = round(total * (1 - input_share)) if written else 0
    return replace(line, tokens=Tokens(input=round(total * input_share), output=output))


def _net_factors(spent: Iterable[Spent]) -> Mapping[Named, float]:
    """By model, what is paid for a dollar of use after its discounts and its vendor's.

    Never below nothing. A discount that names a model is that model's alone.
    """
    use: dict[Named, int] = defaultdict(int)
    less_of: dict[Named, int] = defaultdict(int)
    for row in spent:
        provider, model = row.line.provider, row.line.model
        named = provider, one_name(provider, model) if model else ""
        if is_usage(row.line):
            use[named] += row.pico
        elif row.line.kind is ChargeKind.DISCOUNT:
            less_of[named] += row.pico
    vendors: dict[str, int] = defaultdict(int)
    shared: dict[str, int] = defaultdict(int)
    for named, pico in use.items():
        vendors[named[0]] += pico + (less_of[named] if named[1] else 0)
    for named, pico in less_of.items():
        # A discount on a model without use is the vendor's as much as any.
        shared[named[0]] += pico if not named[1] or named not in use else 0
    return {
        named: _part(pico, less_of[named] if named[1] else 0)
        * _part(vendors[named[0]], shared[named[0]])
        for named, pico in use.items()
    }


def _part(whole: int, change: int) -> float:
    return max(0.0, 1 + change / whole) if whole > 0 else 1.0


def _invoiced(rows: Sequence[Spent]) -> list[Spent]:
    return [row for row in rows if row.line.role is Role.INVOICE]


def less(tokens: Tokens, part: Tokens) -> Tokens:
    """What is left of some tokens without a part of them."""
    return Tokens(*(max(getattr(tokens, kind) - getattr(part, kind), 0) for kind in TOKEN_KINDS))


def _sum(tokens: Iterable[Tokens]) -> Tokens:
    total = Tokens()
    for row in tokens:
        total += row
    return total


def _scaled(tokens: Tokens, factor: float) -> Tokens:
    return Tokens(*(round(getattr(tokens, kind) * factor) for kind in TOKEN_KINDS))
