"""What to find out next, cheapest first."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterable, Mapping, Sequence

from equipoise.decisions.bar import Bar
from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import Measurement, NeededQuality
from equipoise.domain.evidence import Standing
from equipoise.domain.model import Weights
from equipoise.economics.api.path import ApiPath
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.statistics import floor_sample_size

RENTED_HOURS = 2.0
"""Renting a machine, loading weights, and asking the items with a warm-up. Assumed."""

_ITEM_HOURS = 1 / 3600
"""A second an item, one at a time, for a vendor's endpoint. Assumed."""

_LABEL_HOURS = 1 / 60
"""A minute to label an item by hand. Assumed."""


def next_measurement(
    case: Case,
    allowed: Mapping[str, Offer],
    outcomes: Sequence[Outcome],
    bar: Bar,
    needed: Sequence[NeededQuality],
) -> Measurement | None:
    """The cheapest thing that could settle the decision; None where nothing is left to measure.

    Hosted copies of open weights come before machines: the same weights answer alike, and a key
    is cheaper than a GPU. Only offers that no constraint excludes are asked, and none that could
    not win however good it is. An incumbent to compare with comes before everybody, and before
    anybody is asked, a draft needs items to ask.
    """
    reference = bar.incumbent
    unknown = [reference] if reference is not None and not reference.measured else []
    if not allowed or any(offer.id not in allowed for offer in unknown):
        return None
    if case.workload.lengths is not None:
        return _write_items(case, allowed.values())
    if unknown:
        return _ask(case, unknown)
    proven = [row for row in outcomes if row.option.proven]
    wins = _wins(allowed, outcomes)
    hopeless = {row.candidate for row in needed if row.needed is None and proven}
    unmeasured = _worth_asking(allowed, wins, hopeless)
    if any(not offer.own for offer in unmeasured):
        return _ask(case, unmeasured)
    straddling = [
        offer
        for offer in allowed.values()
        if offer.quality.standing is Standing.OPEN and (wins[offer.id] or not proven)
    ]
    if straddling:
        return _more_items(case, allowed, max(straddling, key=lambda row: row.quality.rate), bar)
    close = [offer for row in proven if row.chance_best > 0 for offer in row.option.offers]
    if close and not any(wins[offer.id] for offer in unmeasured):
        return _more_items(case, allowed, max(close, key=lambda row: wins[row.id]), bar)
    return _ask(case, unmeasured) if unmeasured else None


def _write_items(case: Case, offers: Iterable[Offer]) -> Measurement:
    """Make a workload of a draft; the cost is that of asking the vendors then."""
    items, task = case.workload.trial.items, case.workload.task
    written = {"task.items": "", "task.answer": task.schema, "task.scorer": task.scorer}
    *keys, last = [key for key, value in written.items() if not value]
    unset = f"{', '.join(keys)} and {last}" if keys else last
    vendors = [(offer, offer.path) for offer in offers if isinstance(offer.path, ApiPath)]
    return Measurement(
        what=f"write items.jsonl with {items} labelled requests and set {unset}",
        why="without labelled requests nobody can be shown to be good enough; take them as they "
        "come: those chosen because they are easy or hard prove nothing",
        cost_usd=_asking_cost(items, vendors),
        hours=items * _LABEL_HOURS + len(vendors) * items * _ITEM_HOURS,
        commands=(
            f"# write items.jsonl with {items} labelled requests; in the workload file set {unset}",
            "# and take [requirements.lengths] away: lengths are counted then",
            *_exports(vendors),
            _decide(case),
        ),
    )


def _wins(allowed: Mapping[str, Offer], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """How often the best option with an offer in it wins."""
    wins = dict.fromkeys(allowed, 0.0)
    for outcome in outcomes:
        for offer in outcome.option.offers:
            wins[offer.id] = max(wins[offer.id], outcome.chance_best)
    return wins


def _worth_asking(
    allowed: Mapping[str, Offer], wins: Mapping[str, float], hopeless: Container[str]
) -> Sequence[Offer]:
    """The unmeasured offers that could win, and copies of their weights; the likeliest first."""
    unmeasured = [offer for offer in allowed.values() if not offer.measured]
    ours = {row.target.model.id for row in unmeasured if row.own and row.id not in hopeless}
    asked = [row for row in unmeasured if row.id not in hopeless or row.target.model.id in ours]
    return sorted(asked, key=lambda offer: -wins[offer.id])


def _ask(case: Case, offers: Sequence[Offer]) -> Measurement:
    """Ask every vendor among the offers, or else rent the machine of the first."""
    vendors = [(offer, offer.path) for offer in offers if isinstance(offer.path, ApiPath)]
    if vendors:
        return _ask_vendors(case, vendors)
    machines = [(offer, offer.path) for offer in offers if isinstance(offer.path, OwnershipPath)]
    return _rent(case, *machines[0])


def _ask_vendors(case: Case, offers: Sequence[tuple[Offer, ApiPath]]) -> Measurement:
    """All of them at once: each costs cents, and each key may be left out."""
    items = case.workload.trial.items
    exports = _exports(offers)
    names = ", ".join(offer.id for offer, _ in offers)
    why = "without answers their quality is assumed or unknown"
    if any(offer.target.model.weights is Weights.OPEN for offer, _ in offers):
        why += "; a hosted copy of open weights also says what they would do on a machine of ours"
    return Measurement(
        what=f"ask the same {items} items of {names}",
        why=f"{why}. Any one key is a start" if len(exports) > 1 else why,
        cost_usd=_asking_cost(items, offers),
        hours=len(offers) * items * _ITEM_HOURS,
        commands=(*exports, _decide(case)),
    )


def _exports(offers: Sequence[tuple[Offer, ApiPath]]) -> Sequence[str]:
    """The commands that set the vendors' keys, each once."""
    keys = {offer.target.endpoint.api_key for offer, _ in offers}
    return [f"export {key.removeprefix('env:')}=…" for key in sorted(filter(None, keys))]


def _asking_cost(items: int, offers: Iterable[tuple[Offer, ApiPath]]) -> float:
    return sum(items * path.request_usd() for _, path in offers)


def _more_items(case: Case, allowed: Mapping[str, Offer], offer: Offer, bar: Bar) -> Measurement:
    """Ask everybody who has been measured all labelled items, or label more of them."""
    found = offer.quality
    have = len(case.workload.items)
    wanted = _wanted(case, offer, bar)
    asked = max(found.items, case.workload.trial.items)
    labels = max(0, (wanted or 2 * asked) - have) if have <= asked else 0
    if offer.proven:
        why = f"{offer.id} is good enough; more items say more closely how good, and so how cheap"
    else:
        settle = f"about {wanted:,} items would" if wanted else "more items narrow the interval"
        why = f"{found.accepted} of {found.items} accepted does not settle it: {settle}"
    cost, hours = _asking(allowed.values(), have + labels)
    return Measurement(
        what=f"label {labels:,} more items and ask them too"
        if labels
        else f"ask all {have:,} items that are labelled",
        why=why,
        cost_usd=cost,
        hours=hours + labels * _LABEL_HOURS,
        commands=(_decide(case, every_item=True),),
    )


def _wanted(case: Case, offer: Offer, bar: Bar) -> int | None:
    """How many items would most likely prove the floor; None where more than these cannot."""
    rate = offer.quality.rate
    if bar.floor is None or rate <= bar.floor:
        return None
    wanted = floor_sample_size(rate, bar.floor, case.workload.trial.alpha)
    return wanted if wanted > offer.quality.items else None


def _asking(offers: Iterable[Offer], items: int) -> tuple[float, float]:
    """Dollars and hours to put so many items to all that were measured; machines at their rent."""
    cost = hours = 0.0
    for offer in offers:
        if not offer.measured:
            continue
        if isinstance(offer.path, ApiPath):
            cost += items * offer.path.request_usd()
            hours += items * _ITEM_HOURS
        elif isinstance(offer.path, OwnershipPath) and offer.rate is not None:
            busy = items * offer.rate.seconds_per_request / 3600
            cost += busy * offer.path.machine.usd_per_hour
            hours += busy
    return cost, hours


def _rent(case: Case, offer: Offer, path: OwnershipPath) -> Measurement:
    machine = path.machine
    model = offer.target.model
    return Measurement(
        what=f"rent {machine.name} and ask {model.name} the same items there",
        why="neither its quality nor its speed is measured so far; this measures both"
        if offer.load is None
        else "its speed is measured under load, its quality is not yet",
        cost_usd=RENTED_HOURS * machine.usd_per_hour,
        hours=RENTED_HOURS,
        commands=(
            f"vllm serve {model.repository or model.id}   # on that machine",
            f'# in equipoise.toml: [endpoints.{offer.target.endpoint.id}] base_url = "http://…/v1"',
            _decide(case),
        ),
    )


def _decide(case: Case, *, every_item: bool = False) -> str:
    """The command; a trial of all items goes on with all of them: fewer would be another trial."""
    labelled = len(case.workload.items)
    every_item = every_item or 0 < labelled <= case.workload.trial.items
    full = ("--full",) if every_item else ()
    return " ".join(("equipoise decide", *full, shlex.quote(case.file)))
