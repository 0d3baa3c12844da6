"""Workloads worth a trial first, each with a workload file that `decide` accepts as a draft."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.bill.facts import Facts
from equipoise.bill.fleets import FleetPlan, Load, load_of, plan_fleets
from equipoise.bill.page import Draft
from equipoise.bill.savings import cheapest_host
from equipoise.bill.traffic import Traffic
from equipoise.catalog.endpoints import endpoints
from equipoise.domain.endpoint import Operator
from equipoise.domain.evidence import Lengths

_MOST = 3
_LEAST_SHARE = 0.01
_OWN = "own"
_LONGEST = 32_768  # the most that a workload file may ask for
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a draft is written, whose count it is, and what of a fleet's gain its people leave."""

    today: date
    span: str
    kept_share: float


@dataclass(frozen=True, slots=True)
class _Chance:
    """What one project's use of one model could save at most, and on which path.

    `own_usd` is after its part of the people, who run all fleets together.
    """

    traffic: Traffic
    host: tuple[str, str, float] | None
    own: FleetPlan | None
    own_usd: float

    @property
    def hosted_usd(self) -> float:
        """What the cheapest host would save."""
        return self.traffic.spend_usd - self.host[2] if self.host is not None else 0.0

    @property
    def by_host(self) -> bool:
        """Whether a host saves at least as much as machines of ours."""
        return self.hosted_usd >= self.own_usd

    @property
    def at_most(self) -> float:
        """What the better of the two would save."""
        return max(self.hosted_usd, self.own_usd)

    @property
    def cheapest(self) -> str:
        """The better of the two in words."""
        if self.by_host and self.host is not None:
            return f"{self.host[1]} at {self.host[0]}"
        return (
            f"{self.own.stand_in.model.id} on our own {self.own.machine.name}" if self.own else ""
        )


def drafts(traffic: Sequence[Traffic], facts: Facts, occasion: Occasion) -> tuple[Draft, ...]:
    """The three that could save most, by project and model."""
    whole = sum(row.spend_usd for row in traffic)
    chances = [
        _chance(row, facts, occasion)
        for row in traffic
        if row.generates and row.tokens.prompt and row.spend_usd >= whole * _LEAST_SHARE
    ]
    worth = sorted((row for row in chances if row.at_most >= 1), key=lambda row: -row.at_most)
    found: list[Draft] = []
    for row in worth[:_MOST]:
        taken = {draft.name for draft in found}
        found.append(_draft(row, _unique(_name(row.traffic), taken), facts, occasion.span))
    return tuple(found)


def _chance(row: Traffic, facts: Facts, occasion: Occasion) -> _Chance:
    plans = plan_fleets((row,), facts)
    own = plans[0] if plans else None
    kept = max(own.gain_usd, 0.0) * occasion.kept_share if own is not None else 0.0
    return _Chance(row, cheapest_host(row, occasion.today), own, kept)


def _draft(chance: _Chance, name: str, facts: Facts, span: str) -> Draft:
    row = chance.traffic
    of = f" for {_one_line(row.project)[:60]}" if _one_line(row.project) else ""
    title = _one_line(f"What {_one_line(row.billed)[:60]} answers{of}")[:120]
    return Draft(
        name=name,
        title=title,
        provider=row.provider,
        model=row.billed,
        project=row.project,
        spend_usd=row.spend_usd,
        at_most_usd=chance.at_most,
        cheapest=chance.cheapest,
        toml=_toml(chance, name, title, facts, span),
        by_host=chance.by_host,
    )


def _toml(chance: _Chance, name: str, title: str, facts: Facts, span: str) -> str:
    row = chance.traffic
    load = load_of((row,), facts)
    incumbent = _incumbent(row)
    vendor = _one_line(row.provider)[:60] or "a vendor"
    lines = [
        f"# Drafted from the bill of {span}.",
        "# It has no items yet. `equipoise decide` prices every path all the same, and says what",
        "# would settle which is best.",
        "version = 1",
        f"name = {_text(name)}",
        f"title = {_text(title)}",
        f'data_class = "internal" # goes to {vendor} today; raise it if it may not',
        *([f"incumbent = {_text(incumbent[0])}"] if incumbent else []),
        "",
        "[task]",
        f"system = {_text('Write here the instruction that is sent with every request.')}",
        f"max_output_tokens = {min(max(round(load.lengths.output * 4), 64), _LONGEST)}",
        "",
        *_requirements(row, load, facts, span),
        "",
        "# Some licences ask for facts of the organisation, and stay unknown without them:",
        "# [organisation]",
        "# monthly_active_users = …",
        "",
        "[costs]",
        "rejected_answer_usd = 0.10 # what putting right one bad answer costs: yours to state",
        f"engineer_usd_per_year = {_number(facts.engineer_usd_per_year)}",
        f"self_hosting_fte = {_number(facts.engineers)}",
        "vendor_fte = 0.1",
        *_candidates(chance, incumbent),
    ]
    return "\n".join(lines) + "\n"


def _requirements(row: Traffic, load: Load, facts: Facts, span: str) -> Iterable[str]:
    assumed = f"at {facts.tokens_per_request:g} tokens each, assumed"
    requests = f"{max(round(load.requests), 1)} # {'counted' if row.requests else assumed}"
    latency_ms = round(facts.latency_seconds * 1000, 3)
    yield from (
        "[requirements]",
        "quality_floor = 0.85 # the share of answers that has to be right: yours to state",
        f"latency_p95_ms = {_number(max(latency_ms, 0.001))} # assumed",
        f"availability = {_number(facts.availability)}",
        'licence_use = ["internal"]',
        "",
        "[requirements.volume]",
        f"requests_per_month = {requests}",
        f"peak_to_mean = {_number(facts.peak_to_mean)} # assumed",
        "",
        "[requirements.lengths]",
        f"input_tokens = {_number(round(load.lengths.input, 1))}",
        *_repeated(load.lengths),
        f"output_tokens = {_number(round(load.lengths.output, 1))}",
        f"counted_by = {_text(f'the bill of {span}')}",
    )


def _repeated(lengths: Lengths) -> Iterable[str]:
    shared = min(round(lengths.shared_input, 1), round(lengths.input, 1))
    if shared > 0:
        yield f"shared_input_tokens = {_number(shared)} # read from the vendor's cache today"


def _number(value: float) -> str:
    """A TOML number that says the value exactly: an integer where it is whole."""
    return str(int(value)) if value == int(value) and value < 1e15 else repr(float(value))


def _candidates(chance: _Chance, incumbent: tuple[str, str] | None) -> Iterable[str]:
    if incumbent is not None:
        yield from _candidate(*incumbent)
        smaller = chance.traffic.model.smaller if chance.traffic.model is not None else None
        if smaller is not None:
            endpoint = incumbent[1].partition("/")[0]
            yield from _candidate(smaller, f"{endpoint}/{smaller}")
    if chance.host is not None:
        endpoint, model, _ = chance.host
        yield from _candidate(f"{model}-hosted", f"{endpoint}/{model}")
    if chance.own is not None:
        model = chance.own.stand_in.model.id
        yield from _candidate(f"{model}-own", f"{_OWN}/{model}", chance.own.machine.id)


def _candidate(name: str, target: str, machine: str | None = None) -> Iterable[str]:
    yield from ("", "[[candidates]]", f"id = {_text(name)}", f"target = {_text(target)}")
    if machine is not None:
        yield f"hardware = {_text(machine)}"


def _incumbent(row: Traffic) -> tuple[str, str] | None:
    """The billed model as a candidate: its id and target; None where the catalog has no such."""
    if row.model is None:
        return None
    for endpoint in endpoints():
        if endpoint.operator is Operator.VENDOR and endpoint.price_provider == row.provider:
            return row.model.id, f"{endpoint.id}/{row.model.id}"
    return None


def _name(row: Traffic) -> str:
    words = f"{row.project} {row.billed}" if row.project else row.billed
    name = _NOT_A_NAME.sub("-", words.lower()).strip("-")[:60].strip("-")
    return name or "workload"


def _unique(name: str, taken: set[str]) -> str:
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    return unique


def _one_line(text: str) -> str:
    """A name that somebody else wrote, without what is no letter, sign or single space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _text(text: str) -> str:
    """A TOML basic string of one line: JSON's escapes are TOML's too."""
    return json.dumps(_one_line(text), ensure_ascii=False)
