"""Which lines count: nothing from tomorrow, no usage twice, and the invoice before what it bills.

Exports of one service by one vendor are views of the same usage: for each day the most detailed
view counts. An invoice, a usage report and a log tell of the same tokens too: each day's spend is
taken from the first of these that there is, and the others are for comparison and detail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from equipoise.domain.bill import BillLine, Note, Reading, Role
from equipoise.domain.money import Money

_NAMED = ("model", "key", "project", "group", "sku")

Billed = tuple[str, str]
"""A vendor and one of the services that its invoices are of."""

_SAME = 50
"""Two sums are the same if they differ by no more than one part in so many."""

_ALIKE = 1 + 1 / _SAME
_FEWEST_EMPTY = 7

_FEWEST_DAYS = 7
"""A week has working days and others; fewer days may have one kind only."""

Shelf = tuple[int, str, Role]
"""A source, a vendor that it tells of, and its role."""

View = tuple[str, frozenset[str]]
"""A layout and what it names: files that agree in both are parts of one export."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The lines of each role, without repetition, and what was set aside."""

    invoice: tuple[BillLine, ...]
    usage: tuple[BillLine, ...]
    log: tuple[BillLine, ...]
    notes: tuple[Note, ...]

    def of(self, role: Role) -> tuple[BillLine, ...]:
        """The lines of one role."""
        return {Role.INVOICE: self.invoice, Role.USAGE: self.usage, Role.LOG: self.log}[role]

    @property
    def lines(self) -> tuple[BillLine, ...]:
        """All of them, the invoice first."""
        return (*self.invoice, *self.usage, *self.log)


def count(reading: Reading, today: date) -> Counted:
    """Set aside what lies in the future and the poorer of two views, each with a note."""
    lines = _in_order(reading)
    past = [line for line in lines if line.day <= today]
    future = [line for line in lines if line.day > today]
    kept, views = _one_view_a_day(past, reading)
    by_role: dict[Role, list[BillLine]] = defaultdict(list)
    for line in kept:
        by_role[line.role].append(line)
    return Counted(
        invoice=tuple(by_role[Role.INVOICE]),
        usage=tuple(by_role[Role.USAGE]),
        log=tuple(by_role[Role.LOG]),
        notes=(*_future(future, today), *views, *_side_by_side(kept, reading)),
    )


def span_notes(counted: Counted, first: date, last: date, today: date) -> Iterable[Note]:
    """What a month reckoned from these days rests on: a day not over, a vendor told of for a part.

    `first` and `last` are those of the whole bill.
    """
    if first < last == today:
        text = f"{today} is not over: a month is reckoned from the days before it"
        yield Note("unfinished", text, _cost(ln for ln in counted.lines if ln.day == today))
    days: dict[str, set[date]] = defaultdict(set)
    for line in counted.lines:
        days[line.provider].add(line.day)
    whole = (last - first).days + 1
    if whole < _FEWEST_DAYS:
        told, like = ("1 day", "it") if whole == 1 else (f"{whole} days", "them")
        yield Note("short", f"a month is reckoned from {told} only, as if all were like {like}")
    yield from _gaps(sorted(set[date]().union(*days.values())))
    for provider, found in sorted(days.items()):
        covered = (max(found) - min(found)).days + 1
        if covered * 2 < whole and len(days) > 1:
            yield Note(
                "spans",
                f"{provider or 'an unnamed vendor'} is told of from {min(found)} to {max(found)} "
                f"only; a month is reckoned from all {whole:,} days, as if nothing had been spent "
                "there on the others",
            )


def _gaps(days: Sequence[date]) -> Iterable[Note]:
    """Weeks without a row between two days with some: perhaps nobody used it, or exported it."""
    for before, after in pairwise(days):
        empty = (after - before).days - 1
        if empty >= _FEWEST_EMPTY:
            yield Note(
                "gap",
                f"no row is dated in the {empty:,} days between {before} and {after}: a month is "
                "reckoned as if nothing had been spent in them",
            )


def _future(lines: Sequence[BillLine], today: date) -> Iterable[Note]:
    if lines:
        pico = _cost(lines)
        rows = sum(line.rows for line in lines)
        many = "1 row is" if rows == 1 else f"{rows:,} rows are"
        last = max(line.day for line in lines)
        money = f" ({Money(pico)})" if pico else ""
        yield Note(
            "future",
            f"{many} dated after {today}, up to {last}{money}: what lies in the future is not "
            "counted",
            pico or None,
        )


def _in_order(reading: Reading) -> list[BillLine]:
    """The lines in an order of their own, so that the order of files and rows moves no number."""
    names = [(source.layout, source.name) for source in reading.sources]

    def place(line: BillLine) -> tuple[object, ...]:
        said = (line.cost_pico is None, line.cost_pico or 0, line.requests or 0, line.tokens.total)
        texts = (line.provider, line.model, line.project, line.key, line.group, line.sku)
        kinds = (line.role, line.tier, line.kind, line.long_context)
        return (line.day, *texts, *kinds, *said, names[line.source])

    return sorted(reading.lines, key=place)


def _one_view_a_day(
    lines: Sequence[BillLine], reading: Reading
) -> tuple[list[BillLine], list[Note]]:
    named, same = _names(lines), _same_invoices(lines, reading)
    cells: dict[tuple[str, str, str, date], dict[View, list[BillLine]]] = defaultdict(dict)
    for line in lines:
        source = reading.sources[line.source]
        service = same.get((line.provider, source.service), source.service)
        views = cells[line.provider, line.role, service, line.day]
        views.setdefault((source.layout, named[_shelf(line)]), []).append(line)
    kept: list[BillLine] = []
    pairs: dict[tuple[int, int], list[Sequence[BillLine]]] = defaultdict(list)
    beside: dict[tuple[int, int], set[date]] = defaultdict(set)
    for cell, views in cells.items():
        best = max(views, key=lambda view: _detail(view, views[view]))
        kept += views[best]
        for view, left in views.items():
            if view == best:
                continue
            pair = left[0].source, views[best][0].source
            # Another layout of the service is the same use told otherwise.
            if view[0] != best[0] or _tells_no_more(left, views[best]):
                pairs[pair] += [left, views[best]]
            else:
                kept += left
                beside[pair].add(cell[3])
    notes = [_view_note(pair, days, reading) for pair, days in pairs.items()]
    return kept, [*notes, *(_beside_note(pair, days, reading) for pair, days in beside.items())]


def _tells_no_more(left: Sequence[BillLine], best: Sequence[BillLine]) -> bool:
    """Whether a view of a day holds nothing that a better one does not: of no model more of it.

    Two files of one layout that were grouped unlike may also be of different use, and then both
    count.
    """
    by_model = all(line.model for line in left if line.tokens.total or line.cost_pico)
    told, known = _measures(left, by_model), _measures(best, by_model)
    none = (0, 0)
    return all(
        tokens <= known.get(model, none)[0] * _ALIKE and pico <= known.get(model, none)[1] * _ALIKE
        for model, (tokens, pico) in told.items()
    )


def _measures(lines: Sequence[BillLine], by_model: bool) -> dict[str, tuple[int, int]]:
    """Tokens and amounts, by model where all lines of either side name one."""
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        name = line.model if by_model else ""
        tokens, pico = found.get(name, (0, 0))
        found[name] = tokens + line.tokens.total, pico + abs(line.cost_pico or 0)
    return found


def _beside_note(pair: tuple[int, int], days: set[date], reading: Reading) -> Note:
    left, best = (reading.sources[index].name for index in pair)
    return Note(
        "beside",
        f"{left} and {best} tell of {len(days):,} {'day' if len(days) == 1 else 'days'} both, in "
        "other groups and with other amounts: both are counted, so leave one out if it repeats "
        "the other",
    )


def _shelf(line: BillLine) -> Shelf:
    return line.source, line.provider, line.role


def _names(lines: Iterable[BillLine]) -> dict[Shelf, frozenset[str]]:
    """What each source names anywhere: a day of which it names less is no other view of it.

    A file that names less than others of its layout does so because of what it was grouped by.
    """
    found: dict[Shelf, set[str]] = defaultdict(set)
    for line in lines:
        names = found[_shelf(line)]
        names.update(name for name in _NAMED if getattr(line, name))
    return {shelf: frozenset(names) for shelf, names in found.items()}


def _detail(view: View, lines: Sequence[BillLine]) -> tuple[object, ...]:
    """A view by model comes first, then the one that names more, then the one that counts more."""
    layout, names = view
    tokens = sum(line.tokens.total for line in lines)
    return "model" in names, len(names), tokens, _cost(lines), sorted(names), layout


def _view_note(pair: tuple[int, int], days: Sequence[Sequence[BillLine]], reading: Reading) -> Note:
    """What two views have in common; `days` holds the lines of either in turn."""
    left, counted = (reading.sources[index].name for index in pair)
    aside, taken = ([line for lines in days[n::2] for line in lines] for n in (0, 1))
    pico, other = _cost(aside), _cost(taken)
    length = len(days) // 2
    apart = ""
    if pico and other and pico != other:
        apart = f"; their amounts differ by {Money(abs(other - pico))}"
    return Note(
        "overlap",
        f"{left} tells of the same usage as {counted} on {length} "
        f"{'day' if length == 1 else 'days'}: only {counted} is counted, being the more "
        f"detailed{apart}",
        pico or None,
    )


def _same_invoices(lines: Iterable[BillLine], reading: Reading) -> dict[Billed, str]:
    """Which of a vendor's services bill what another of them does, by what they come to together.

    A cloud's own export and its FOCUS file are one invoice written twice. Two invoices that come
    to the same on the days that they share are taken to be that, and others to be two.
    """
    days: dict[str, dict[str, dict[date, int]]] = defaultdict(dict)
    for line in lines:
        if line.role is Role.INVOICE:
            service = reading.sources[line.source].service
            found = days[line.provider].setdefault(service, defaultdict(int))
            found[line.day] += line.cost_pico or 0
    same: dict[Billed, str] = {}
    for provider, services in days.items():
        for one, other in combinations(sorted(services), 2):
            shared = services[one].keys() & services[other].keys()
            sums = [sum(services[name][day] for day in shared) for name in (one, other)]
            if shared and abs(sums[0] - sums[1]) * _SAME <= max(map(abs, sums)):
                same[provider, other] = same.get((provider, one), one)
    return same


def _side_by_side(lines: Iterable[BillLine], reading: Reading) -> Iterable[Note]:
    """Two kinds of log may have seen the same requests, two of invoice bill the same use.

    Nothing in them says so. Usage reports are of one service each.
    """
    layouts: dict[tuple[Role, str, date], set[str]] = defaultdict(set)
    for line in lines:
        layouts[line.role, line.provider, line.day].add(reading.sources[line.source].layout)
    for role in (Role.INVOICE, Role.LOG):
        both = [key for key, found in layouts.items() if len(found) > 1 and key[0] is role]
        if both:
            days = f"{len(both)} {'day' if len(both) == 1 else 'days'}"
            vendors = ", ".join(sorted({provider or "unnamed vendors" for _, provider, _ in both}))
            yield Note(
                f"{role.value}s",
                f"two kinds of {role.value} tell of {vendors} on {days}; both are counted, though "
                "one may repeat the other: leave one out if it does",
            )


def _cost(lines: Iterable[BillLine]) -> int:
    return sum(line.cost_pico or 0 for line in lines)
