"""The days that are known already: when a term lapses, when a price changes, when to look again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.option import Option
from equipoise.decisions.screening import Screened
from equipoise.domain.decision import Tripwire
from equipoise.domain.money import Money
from equipoise.domain.terms import REQUIRED_OF_VENDORS
from equipoise.economics.api.path import ApiPath

REVIEW_AFTER = timedelta(days=90)
"""The longest a decision holds unread: list prices of hosted models move about quarterly."""


def valid_until(case: Case, screened: Screened, chosen: Option | None) -> date:
    """The last day of a decision: a quarter on, or sooner where a term or a price ends by then.

    The terms are those that the data needs of what was chosen; the prices those of everybody who
    may be used, since a rival that becomes cheaper counts as much.
    """
    days = [case.now + REVIEW_AFTER]
    for row in lapsing_terms(case, chosen.offers if chosen is not None else ()):
        days += [row.on] if row.on is not None else []
    for row in announced_prices(screened.allowed.values()):
        days += [row.on - timedelta(days=1)] if row.on is not None else []
    return min(days)


def lapsing_terms(case: Case, offers: Iterable[Offer]) -> Iterable[Tripwire]:
    """The days on which a vendor loses a term without which it may not see the data."""
    for offer in offers:
        if offer.own:
            continue
        terms = offer.target.endpoint.terms
        for kind in REQUIRED_OF_VENDORS[case.workload.data_class]:
            last = max(term.expires for term in terms if term.kind == kind)
            yield Tripwire(
                subject="terms",
                sentence=f"{offer.target.endpoint.name}: the last day of {kind}, without which no "
                f"{case.workload.data_class.value} data may go there",
                on=last,
            )


def announced_prices(offers: Iterable[Offer]) -> Iterable[Tripwire]:
    """The days from which vendors have announced other prices."""
    for offer in offers:
        if not isinstance(offer.path, ApiPath):
            continue
        for day, price_in, price_out in offer.path.card.changes:
            asked, answered = Money(price_in * 1_000_000), Money(price_out * 1_000_000)
            yield Tripwire(
                subject="price",
                sentence=f"{offer.id}: from then on {asked} input, {answered} output a million "
                "tokens",
                on=date.fromisoformat(day),
            )
