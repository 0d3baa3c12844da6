"""What a usage report or a log adds to an invoice that counts no tokens or names no projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, pairwise

from equipoise.bill.spend import Coverage, Spent, coverage, listed_cost
from equipoise.catalog.billed import catalog_model
from equipoise.catalog.list_prices import listed_name
from equipoise.domain.bill import TOKEN_KINDS, BillLine, Role, Tier, Tokens

Named = tuple[str, str]
"""A vendor, and one of its models by the one name that all spellings of it have."""


@cache
def one_name(provider: str, billed: str) -> str:
    """One name for a model however it is billed: the catalog's, the price list's, or as billed."""
    model = catalog_model(provider, billed)
    return model.id if model is not None else listed_name(provider, billed) or billed


@dataclass(frozen=True, slots=True)
class Metered:
    """The lines that tell what an invoice was for, by vendor and model, and the days they cover."""

    lines: dict[Named, list[BillLine]]
    covered: Coverage

    @classmethod
    def of(cls, explained: dict[str, list[BillLine]]) -> Metered:
        """Sort what explains each vendor's invoice; what counts nothing is left out."""
        lines: dict[Named, list[BillLine]] = defaultdict(list)
        for provider, found in explained.items():
            for line in found:
                if line.tokens.total and line.model:
                    lines[provider, one_name(provider, line.model)].append(line)
        return cls(dict(lines), coverage(line for found in lines.values() for line in found))

    def behind(
        self, named: Named, project: str | None, rows: Sequence[Spent], whole: Sequence[Spent]
    ) -> list[BillLine]:
        """What was metered for `rows`, those of one project among the invoice's `whole`.

        Where the meter knows none of the invoice's projects, each has its part by what it cost.
        Days of the invoice that no meter covers are taken to be like those that one does.
        """
        told = sum(row.pico for row in rows if self.covered.holds(row.line))
        all_days = sum(row.pico for row in rows)
        found = self._on_covered_days(named, project, rows, whole) if told > 0 else []
        if all_days <= told:
            return found
        return [_grown(line, all_days, told) for line in found]

    def _on_covered_days(
        self, named: Named, project: str | None, rows: Sequence[Spent], whole: Sequence[Spent]
    ) -> list[BillLine]:
        found = self.lines.get(named, [])
        if project is None or not found:
            return found
        billed = {row.line.project for row in whole}
        if any(line.project in billed for line in found if line.project) or billed == {""}:
            return [line for line in found if line.project == project]
        part, all_of_it = (sum(row.pico for row in side) for side in (rows, whole))
        if not 0 < part <= all_of_it:
            return []
        return [_cut(line, (part, all_of_it - part))[0] for line in found]


def shared_out(spent: Iterable[Spent], metered: Metered) -> list[Spent]:
    """The lines with projects: those of an invoice that names none are cut as the meter says.

    Each is cut by its model's use at list price; the pieces are the whole to the last picodollar.
    """
    rows = list(spent)
    named = {row.line.provider for row in rows if _invoiced(row) and row.line.project}
    found: list[Spent] = []
    bare: dict[tuple[str, str, Tier, bool], list[Spent]] = defaultdict(list)
    for row in rows:
        if _invoiced(row) and row.line.provider not in named:
            is_told = metered.covered.holds(row.line)
            bare[row.line.provider, row.line.model, row.line.tier, is_told].append(row)
        else:
            found.append(row)
    for (provider, billed, *_), group in bare.items():
        found += _cut_by_project(group, metered.lines.get((provider, one_name(provider, billed))))
    return found


def _cut_by_project(group: Sequence[Spent], metered: Sequence[BillLine] | None) -> list[Spent]:
    weights: dict[str, int] = defaultdict(int)
    for line in metered or ():
        weights[line.project] += max(listed_cost(line) or 0, 0)
    if not any(weights) or not sum(weights.values()):
        return list(group)
    last = group[-1].line
    requests = [row.line.requests for row in group if row.line.requests is not None]
    whole = replace(
        last,
        tokens=sum((row.line.tokens for row in group), Tokens()),
        requests=sum(requests) if requests else None,
        cost_pico=sum(row.pico for row in group),
    )
    return [
        Spent(replace(piece, project=project), piece.cost_pico or 0, group[-1].basis)
        for project, piece in zip(weights, _cut(whole, tuple(weights.values())), strict=True)
    ]


def _grown(line: BillLine, whole: int, part: int) -> BillLine:
    """A line that stands for more than it tells of."""
    tokens = Tokens(*(getattr(line.tokens, kind) * whole // part for kind in TOKEN_KINDS))
    requests = line.requests * whole // part if line.requests is not None else None
    return replace(line, tokens=tokens, requests=requests)


def _cut(line: BillLine, weights: Sequence[int]) -> list[BillLine]:
    """A line in as many pieces as there are weights, which add up to it exactly."""
    kinds = [_parts(getattr(line.tokens, kind), weights) for kind in TOKEN_KINDS]
    tokens = [Tokens(*counts) for counts in zip(*kinds, strict=True)]
    requests = _parts(line.requests or 0, weights)
    costs = _parts(line.cost_pico or 0, weights)
    return [
        replace(line, tokens=count, requests=asked or None, cost_pico=cost)
        for count, asked, cost in zip(tokens, requests, costs, strict=True)
    ]


def _parts(whole: int, weights: Sequence[int]) -> list[int]:
    """A whole number cut by weights: what division leaves over goes to the next piece."""
    total = sum(weights)
    cuts = [whole * weight // total for weight in accumulate(weights, initial=0)]
    return [after - before for before, after in pairwise(cuts)]


def _invoiced(row: Spent) -> bool:
    return row.line.role is Role.INVOICE
