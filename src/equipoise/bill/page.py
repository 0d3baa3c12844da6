"""Everything the one page of a bill says, as values: what is spent, what could be saved, how sure.

Accounted money is in picodollars; modelled money is in US dollars a month, as floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.domain.bill import BillSource, Note
from equipoise.domain.provenance import Assumption


class Advice(StrEnum):
    """What the page comes down to."""

    STAY = "stay"
    STAY_EXCEPT = "stay_except"
    TRIAL = "trial"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Range:
    """A modelled amount in dollars a month; `low` and `high` hold the middle 80 % of the draws."""

    central: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SpendRow:
    """A part of what is spent. `name` is empty for what no name is known for."""

    name: str
    pico: int
    tokens: int
    requests: int | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What is spent by one dimension, largest first; the rows add up to the whole exactly."""

    dimension: str
    rows: tuple[SpendRow, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """What is spent day by day, and by how much it grows.

    `days` holds every day of the span, those without spend too; none of a stated bill, which has
    no days. `growth` is the relative change a month of a straight line through them, None where
    there is use on too few of them.
    """

    days: tuple[tuple[date, int], ...]
    growth: float | None


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """Usage at list price beside what was invoiced, of one model or one day.

    Either is None where no source tells of it. `residual_pico` is invoiced less list, None unless
    both are known.
    """

    provider: str
    name: str
    tokens: int
    list_pico: int | None
    invoiced_pico: int | None

    @property
    def residual_pico(self) -> int | None:
        """What the price list does not explain."""
        if self.list_pico is None or self.invoiced_pico is None:
            return None
        return self.invoiced_pico - self.list_pico


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How far dated prices times usage explain the invoices.

    `unattributed` are invoiced amounts of no model, such as storage, taxes, credits and discounts,
    and those of days of which no usage is known: with the rows by model they are all that was
    invoiced. `unpriced` are models whose usage no price is known for. `compared` says whether there
    is anything to compare, and `why` what is missing where there is not.
    """

    by_model: tuple[ReconciledRow, ...]
    by_day: tuple[ReconciledRow, ...]
    unattributed: tuple[SpendRow, ...]
    unpriced: tuple[SpendRow, ...]
    compared: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """A way to pay less, at equal quality. `kind` is caching, batch, smaller, announced or hosted.

    `usd` is a month's; `what` names the models it is about, `basis` says how it comes about and
    what it takes for granted.
    """

    kind: str
    title: str
    what: str
    usd: Range
    basis: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """Machines of ours that would stand in for billed models.

    `billed` are the models as billed, `spend_usd` what they cost today; `machines` includes
    `spares`. Amounts are a month's.
    """

    billed: tuple[str, ...]
    stand_in: str
    stand_in_name: str
    hardware: str
    machines: int
    spares: int
    spend_usd: float
    machines_usd: float
    why_this_model: str

    @property
    def gain_usd(self) -> float:
        """What it would save before anybody is paid to run it."""
        return self.spend_usd - self.machines_usd


@dataclass(frozen=True, slots=True)
class Staffing:
    """The ceiling with another number of engineers."""

    engineers: float
    monthly_usd: float
    net_usd: float


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that running open weights ourselves could save a month, if quality were equal.

    `net` may be negative: then it costs more than it saves. `gross` is before staff. `fleets` are
    what it takes; empty where no billed model has a stand-in that would pay for its machines.
    """

    net: Range
    gross: Range
    staff_usd: float
    engineers: float
    engineer_usd_per_year: float
    fleets: tuple[Fleet, ...]
    staffing: tuple[Staffing, ...]
    why: str
    chance_of_saving: float


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The monthly bill, of today's mix, from which running ourselves saves anything.

    `usd` is None where no bill up to a thousand times today's does; `others` are further bills at
    which the cheaper side changes, for machines come in steps. `curve` is (bill, net saving at the
    centre, low, high).
    """

    usd: float | None
    low: float | None
    high: float | None
    others: tuple[float, ...]
    curve: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact no bill holds: what it is taken to be, and what the ceiling would be at its ends.

    `at_low` and `at_high` are the net saving a month at the ends, the rest at its centre.
    """

    fact: str
    assumed: str
    low: str
    high: str
    at_low: float
    at_high: float
    how_to_learn: str

    @property
    def width(self) -> float:
        """How far it moves the ceiling, in dollars a month."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class Draft:
    """A workload worth a trial, with the text of a workload file to begin with.

    `by_host` says that `cheapest` is a vendor's, which needs no engineers of ours.
    """

    name: str
    title: str
    provider: str
    model: str
    project: str
    spend_usd: float
    at_most_usd: float
    cheapest: str
    toml: str
    by_host: bool = False


@dataclass(frozen=True, slots=True)
class BillPage:
    """The whole page."""

    today: date
    advice: Advice
    answer: str
    reasons: tuple[str, ...]
    first_day: date
    last_day: date
    total_pico: int
    monthly_usd: float
    breakdowns: tuple[Breakdown, ...]
    trend: Trend
    reconciliation: Reconciliation
    savings: tuple[Saving, ...]
    ceiling: Ceiling | None
    break_even: BreakEven | None
    missing: tuple[MissingFact, ...]
    drafts: tuple[Draft, ...]
    notes: tuple[Note, ...]
    sources: tuple[BillSource, ...]
    assumptions: tuple[Assumption, ...]
    inputs: tuple[tuple[str, str], ...]
