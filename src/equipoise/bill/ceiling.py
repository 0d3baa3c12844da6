"""The most that running open weights ourselves could save, after a minimum of people and spares.

A ceiling: quality is taken to be equal, everything that pays for its machines is moved, and
migration costs nothing. What is uncertain is drawn: how fast a machine serves a model that nobody
measured on it, what it rents for, and how uneven the load is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from equipoise.bill.facts import PEAK_ENDS, Facts
from equipoise.bill.fleets import FleetPlan, plan_fleets
from equipoise.bill.page import Ceiling, Fleet, Range, Staffing
from equipoise.bill.spares import machines_drawn
from equipoise.bill.traffic import Traffic
from equipoise.economics.draws import Draws, Sampler, bounds
from equipoise.economics.path import HOURS_PER_MONTH

_STAFFINGS = (0.0, 0.5, 1.0, 2.0, 4.0)


def ceiling(traffic: Sequence[Traffic], facts: Facts, sampler: Sampler) -> Ceiling | None:
    """The ceiling of a month's traffic; None where nothing in it could be moved at all."""
    plans = plan_fleets(traffic, facts)
    if not plans:
        return None
    paying = [plan for plan in plans if plan.gain_usd > 0]
    gross = sum(plan.gain_usd for plan in paying)
    drawn = gains(plans, facts, sampler)
    staff = facts.staff_usd
    return Ceiling(
        net=_around(gross - staff, drawn - staff),
        gross=_around(gross, drawn),
        staff_usd=staff,
        engineers=facts.engineers,
        engineer_usd_per_year=facts.engineer_usd_per_year,
        fleets=tuple(_fleet(plan) for plan in plans),
        staffing=tuple(_staffing(facts, engineers, gross) for engineers in _staffings(facts)),
        why=_why(plans, paying, gross, facts),
        chance_of_saving=float(np.mean(drawn > staff)),
    )


def kept_share(found: Ceiling | None) -> float:
    """What is left of a dollar that machines save, once everybody is paid; never below nothing."""
    if found is None or found.net.central <= 0:
        return 0.0
    return found.net.central / found.gross.central


def net_saving(traffic: Sequence[Traffic], facts: Facts) -> float:
    """The same at the centre of everything, in dollars a month; negative where it costs more."""
    plans = plan_fleets(traffic, facts)
    return sum(max(plan.gain_usd, 0.0) for plan in plans) - facts.staff_usd


def gains(plans: Sequence[FleetPlan], facts: Facts, sampler: Sampler, scale: float = 1.0) -> Draws:
    """What is saved before staff at so many times today's bill, draw by draw.

    In a draw in which a fleet does not pay for itself, it would not be rented.
    """
    total: Draws = np.zeros(sampler.count)
    for plan in plans:
        cost = _rents(plan, facts, sampler, scale)
        total = total + np.maximum(plan.spend_usd * scale - cost, 0.0)
    return total


def _rents(plan: FleetPlan, facts: Facts, sampler: Sampler, scale: float) -> Draws:
    """A fleet's machines, a month, under what is not known: their speed, rent and busiest hour."""
    choice, model = plan.best(scale), plan.stand_in.model
    machine = choice.machine
    speed = sampler.lognormal(f"rate/{machine.id}/{model.id}", 1.0, choice.rate.sd_log)
    low, high = min(PEAK_ENDS[0], facts.peak_to_mean), max(PEAK_ENDS[1], facts.peak_to_mean)
    peak = sampler.within("peak", low, facts.peak_to_mean, high)
    rent = sampler.within(
        f"rent/{machine.id}", machine.usd_low, machine.usd_per_hour, machine.usd_high
    )
    busiest = plan.load.per_second * scale * peak
    replicas: Draws = busiest / (choice.rate.requests_per_second * speed)
    drawn: Draws = machines_drawn(replicas, facts.availability) * rent * HOURS_PER_MONTH
    return drawn


def _around(value: float, drawn: Draws) -> Range:
    low, high = bounds(drawn)
    return Range(value, min(low, value), max(high, value))


def _fleet(plan: FleetPlan) -> Fleet:
    machines, spares = plan.machines()
    why, slow = plan.stand_in.why, plan.slow_seconds
    if slow is not None:
        why = f"{why}; an answer takes about {slow:,.0f} s, no machine being faster"
    return Fleet(
        billed=tuple(dict.fromkeys(row.billed for row in plan.traffic)),
        stand_in=plan.stand_in.model.id,
        stand_in_name=plan.stand_in.model.name,
        hardware=plan.machine.name,
        machines=machines,
        spares=spares,
        spend_usd=plan.spend_usd,
        machines_usd=plan.machines_usd(),
        why_this_model=why,
    )


def _staffings(facts: Facts) -> tuple[float, ...]:
    return tuple(sorted({*_STAFFINGS, facts.engineers}))


def _staffing(facts: Facts, engineers: float, gross: float) -> Staffing:
    cost = replace(facts, engineers=engineers).staff_usd
    return Staffing(engineers, cost, gross - cost)


def people(facts: Facts) -> str:
    """The staff in words."""
    noun = "engineer" if facts.engineers == 1 else "engineers"
    return f"{facts.engineers:g} {noun} at ${facts.engineer_usd_per_year:,.0f} a year"


def _why(
    plans: Sequence[FleetPlan], paying: Sequence[FleetPlan], gross: float, facts: Facts
) -> str:
    spend = sum(plan.spend_usd for plan in plans)
    if not paying:
        rent = sum(plan.machines_usd() for plan in plans)
        replaced = f"the ${spend:,.0f}" if spend >= 1 else "the cents"
        return (
            f"the machines alone, with their spares, would cost ${rent:,.0f} a month, more than "
            f"{replaced} they would replace"
        )
    rent = sum(plan.machines_usd() for plan in paying)
    moved = sum(plan.spend_usd for plan in paying)
    sentence = (
        f"of the ${moved:,.0f} a month that could move, machines with their spares would take "
        f"${rent:,.0f}"
    )
    if facts.staff_usd:
        sentence += f", and {people(facts)} would take ${facts.staff_usd:,.0f}"
    if gross < facts.staff_usd:
        sentence += ": the people would cost more than the machines save"
    return sentence
