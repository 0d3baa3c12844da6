"""The decision: hard constraints first, then cost per accepted answer under uncertainty.

A plan is chosen only where every candidate in it was measured and shown to meet the bar, and where
it wins the simulation, unmeasured rivals with their assumed quality included, at least as often as
the workload's confidence asks. Otherwise the answer is *undecided*, with the cheapest next step.
"""

from __future__ import annotations

import hashlib
import json

from equipoise.decisions.assumptions import assumptions
from equipoise.decisions.bar import make_bar
from equipoise.decisions.budget import within_budget
from equipoise.decisions.case import Case
from equipoise.decisions.charts import cost_curves, crossovers
from equipoise.decisions.evidence_rows import evidence_rows
from equipoise.decisions.known_days import valid_until
from equipoise.decisions.needed import needed_quality
from equipoise.decisions.next_step import next_measurement
from equipoise.decisions.offers import make_offers
from equipoise.decisions.option import make_options
from equipoise.decisions.plans import (
    cheapest_proven,
    likeliest,
    price_plans,
    priced,
    sure_enough,
)
from equipoise.decisions.rows import candidate_rows
from equipoise.decisions.screening import licence_findings, screen
from equipoise.decisions.simulation import simulate
from equipoise.decisions.tripwires import tripwires
from equipoise.decisions.words import answer_decided, answer_undecided
from equipoise.domain.decision import Decision
from equipoise.economics.draws import Sampler


def decide(case: Case, seed: int) -> Decision:
    """Decide one workload. The same case and seed give the same decision, to the last digit."""
    offers = make_offers(case, Sampler(seed))
    bar = make_bar(case, offers)
    screened = screen(case, offers)
    screened, options = within_budget(case, screened, make_options(case, screened.allowed))
    outcomes = simulate(case, options, bar)
    chosen = sure_enough(outcomes, case.workload.trial.confidence)
    proven = chosen or cheapest_proven(outcomes)
    lead = chosen or likeliest(outcomes)
    needed = needed_quality(case, screened.allowed, outcomes, bar, proven)
    step = None
    if chosen is None:
        step = next_measurement(case, screened.allowed, outcomes, bar, needed)
    plans = price_plans(case, offers, screened, outcomes, chosen)
    return Decision(
        id=_identity(case, seed),
        workload=case.workload.name,
        title=case.workload.title,
        data_class=case.workload.data_class.value,
        decided_on=case.now,
        valid_until=valid_until(case, screened, chosen.option if chosen is not None else None),
        plan=priced(chosen) if chosen is not None else plans[-1],
        answer=answer_decided(case, screened, chosen)
        if chosen is not None
        else answer_undecided(case, screened, proven, lead, step),
        confidence=lead.chance_best if lead is not None else 0.0,
        plans=plans,
        candidates=candidate_rows(case, offers, screened),
        excluded=screened.excluded,
        licences=licence_findings(case, screened),
        tripwires=tripwires(case, screened, outcomes, bar, chosen),
        needed=needed,
        crossovers=crossovers(case, screened.allowed, lead),
        curves=cost_curves(case, screened.allowed),
        next_measurement=step,
        evidence=evidence_rows(case),
        assumptions=assumptions(case, offers, outcomes),
        requests_per_month=case.workload.requirements.volume.requests_per_month,
        quality_floor=case.workload.requirements.quality_floor,
        inputs=case.inputs,
        stated_lengths=case.workload.lengths,
    )


def _identity(case: Case, seed: int) -> str:
    """Twelve hexadecimal digits that follow from everything the decision rests on."""
    rests_on = [case.now.isoformat(), seed, case.workload.name, case.inputs]
    return hashlib.sha256(json.dumps(rests_on).encode()).hexdigest()[:12]
