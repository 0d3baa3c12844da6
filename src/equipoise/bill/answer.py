"""What the page comes down to, in a sentence. "Do not migrate" is a good answer, said plainly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equipoise.bill.page import Advice, Ceiling, Draft, MissingFact, Saving
from equipoise.bill.traffic import Run, Traffic
from equipoise.catalog.billed import catalog_model
from equipoise.domain.bill import ChargeKind
from equipoise.domain.money import PICO_PER_DOLLAR

_WORTH_SHARE = 0.1
_WORTH_USD = 500.0
"""What a move has to promise to be worth a trial: a tenth of the bill, and what a trial costs."""
_RARELY = 0.005
"""A chance that is told as none; where nothing is saved either, the range says nothing more."""
_NAMED = 5
_TELLING = 0.1
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Findings:
    """What the answer is made from."""

    run: Run
    traffic: Sequence[Traffic]
    savings: tuple[Saving, ...]
    ceiling: Ceiling | None
    drafts: tuple[Draft, ...]
    missing: tuple[MissingFact, ...]

    @property
    def bar_usd(self) -> float:
        """What a month has to save for a trial to be worth it."""
        return max(_WORTH_USD, _WORTH_SHARE * self.run.monthly_usd)

    @property
    def hosted_usd(self) -> float:
        """What open weights at hosts could save of the whole bill."""
        return sum(row.usd.central for row in self.savings if row.kind == "hosted")


def advise(found: Findings) -> tuple[Advice, str]:
    """The advice and its sentence."""
    if not any(row.tokens.total for row in found.traffic):
        return Advice.UNKNOWN, (
            "No answer yet: these exports have no model of which both tokens and a price are "
            "known. Export usage by model and run this again."
        )
    ceiling = found.ceiling
    if ceiling is not None and ceiling.net.central >= found.bar_usd:
        return Advice.TRIAL, _worth_a_trial(ceiling, found)
    exception = next((row for row in found.drafts if _worth_moving(row, found)), None)
    reason = _reason(ceiling, found)
    if exception is not None:
        return Advice.STAY_EXCEPT, (
            f"Do not migrate, except perhaps for {_inside(exception.title)}: "
            f"{_at_host(exception)}. {reason}"
        )
    if found.hosted_usd >= found.bar_usd:
        return Advice.STAY_EXCEPT, (
            "Do not migrate, except perhaps to vendors that host open models: over the whole bill "
            f"they could save at most {usd(found.hosted_usd)} a month, if their quality were "
            f"equal. {reason}"
        )
    return Advice.STAY, f"Do not migrate. {reason}"


def reasons(found: Findings) -> tuple[str, ...]:
    """What stands behind the sentence, each a line."""
    return tuple(_reasons(found))


def usd(amount: float) -> str:
    """A modelled amount: whole dollars, for no digit beyond them is known."""
    return f"{'−' if round(amount) < 0 else ''}${abs(round(amount)):,}"


def _worth_a_trial(ceiling: Ceiling, found: Findings) -> str:
    first = f" Try {_inside(found.drafts[0].title)} first." if found.drafts else ""
    bill = usd(found.run.monthly_usd)
    net = usd(ceiling.net.central)
    if found.hosted_usd > ceiling.net.central:
        return (
            f"Worth a trial: of {bill} a month, open models could save at most "
            f"{usd(found.hosted_usd)} at a vendor that hosts them and {net} on machines of our "
            f"own, if their quality were equal.{first}"
        )
    return (
        f"Worth a trial: running open models ourselves could save at most {net} of {bill} a month, "
        f"if their quality were equal.{first}"
    )


def _reason(ceiling: Ceiling | None, found: Findings) -> str:
    """Why running open models ourselves is not worth it."""
    if ceiling is None:
        if any(row.generates for row in found.traffic):
            return "No open model of the catalog fits these requests on any machine it knows."
        if any(row.writes for row in found.traffic):
            return "These exports count no text that an open model of the catalog could write."
        return "Nothing on this bill is text that an open model of the catalog could write."
    why = f"{ceiling.why[:1].upper()}{ceiling.why[1:]}."
    net = ceiling.net.central
    if ceiling.gross.central <= 0:
        return f"Running open models ourselves would save nothing. {why}"
    if round(net) <= 0:
        more = f"would cost {usd(-net)} a month more" if round(net) else "would cost as much"
        than = "than it saves" if round(net) else "as it saves"
        return f"Running open models ourselves {more} {than}. {why}"
    return (
        f"Running open models ourselves could save at most {usd(net)} of "
        f"{usd(found.run.monthly_usd)} a month, too little for what moving takes. {why}"
    )


def _reasons(found: Findings) -> Iterable[str]:
    yield from _of_the_ceiling(found)
    yield from _without_migrating(found)
    if found.missing and found.missing[0].width >= 1:
        fact = found.missing[0]
        yield (
            f"What would change most: {fact.fact}, which moves the ceiling by {usd(fact.width)} "
            f"a month. {fact.how_to_learn}"
        )
    yield from _left_as_it_is(found)
    yield from _of_no_model(found.run)
    yield from _left_out(found.run)


def _of_the_ceiling(found: Findings) -> Iterable[str]:
    ceiling = found.ceiling
    if ceiling is None:
        return
    low, high = round(ceiling.net.low), round(ceiling.net.high)
    if ceiling.net.central >= found.bar_usd:
        yield f"{ceiling.why[:1].upper()}{ceiling.why[1:]}."
    if low == high or (ceiling.gross.central <= 0 and ceiling.chance_of_saving < _RARELY):
        return
    if high <= 0:
        what = f"would cost {usd(-high)} to {usd(-low)} a month more than it saves"
    elif low >= 0:
        what = f"would save {usd(low)} to {usd(high)} a month"
    else:
        what = f"would end between {usd(-low)} a month lost and {usd(high)} saved"
    yield (
        f"In eight cases of ten, running them ourselves {what}; the chance that it saves anything "
        f"is {ceiling.chance_of_saving:.0%}."
    )


def _without_migrating(found: Findings) -> Iterable[str]:
    cheap = [row for row in found.savings if row.kind in {"caching", "batch"} and _seen(row)]
    if cheap:
        first, *others = cheap
        also = "".join(f" and {row.title.lower()} {usd(row.usd.central)}" for row in others)
        yield (
            f"Without migrating, {first.title.lower()} could save about {usd(first.usd.central)} "
            f"a month{also}{'; the two overlap' if others else ''}."
        )
    for row in found.savings:
        if row.kind == "announced" and _seen(row):
            verb = "take off" if row.usd.central > 0 else "add"
            yield (
                f"Prices already announced will {verb} {usd(abs(row.usd.central))} a month, "
                f"whatever is decided: {row.what}."
            )


def _left_as_it_is(found: Findings) -> Iterable[str]:
    other = [row for row in found.traffic if not row.writes or _reads_only(row)]
    if any(round(row.spend_usd) for row in other):
        yield (
            f"{usd(sum(row.spend_usd for row in other))} a month is for {_names(other)}: the "
            "catalog has no open models for embeddings, images or sound, so that is left as it is."
        )
    unknown = [row for row in found.traffic if row.writes and not row.tokens.total]
    if any(round(row.spend_usd) for row in unknown):
        yield (
            f"{usd(sum(row.spend_usd for row in unknown))} a month is for {_names(unknown)}, of "
            "which neither tokens nor a list price are known: that is left as it is."
        )
    unpriced = {row.model for row in found.run.spending.unpriced if row.model}
    if unpriced:
        yield (
            f"{_listed(sorted(unpriced))} {'has' if len(unpriced) == 1 else 'have'} no known "
            "price and no invoice: what was used of it is in no sum here."
        )


def _of_no_model(run: Run) -> Iterable[str]:
    """What is spent on use of no model: a cloud's invoice holds all of the cloud."""
    pico: dict[str, int] = {}
    for row in run.spending.spent:
        if row.line.kind is ChargeKind.USAGE and not row.line.model:
            name = row.line.sku or "what no line describes"
            pico[name] = pico.get(name, 0) + row.pico
    total = sum(pico.values())
    if total > _TELLING * max(run.spending.total_pico, 1):
        largest = max(pico, key=lambda name: pico[name])
        yield (
            f"{usd(total / PICO_PER_DOLLAR)} of the bill is for no model, most of it for "
            f"{largest[:_LONGEST_NAME]}: leave out of the export what is no use of models."
        )


def _left_out(run: Run) -> Iterable[str]:
    """What the span holds that no other month need hold."""
    words = {
        ChargeKind.CREDIT: ("credits", "are used up one day"),
        ChargeKind.REFUND: ("refunds", "put single charges right"),
        ChargeKind.PURCHASE: ("purchases in advance", "are paid whether used or not"),
    }
    for kind, (name, why) in words.items():
        amount = run.passing_usd(kind)
        if round(abs(amount)):
            yield (
                f"{usd(abs(amount))} of {name} {why}: the bill holds them, the month and the "
                "savings reckoned here do not."
            )


def _worth_moving(draft: Draft, found: Findings) -> bool:
    """Whether a workload is worth moving to a host, which needs no engineers of ours."""
    return draft.by_host and draft.at_most_usd >= found.bar_usd


def _at_host(draft: Draft) -> str:
    """What a host saves; the same weights need no condition on their quality."""
    model = catalog_model(draft.provider, draft.model)
    amount = f"could save at most {usd(draft.at_most_usd)} a month there"
    if model is not None and draft.cheapest.startswith(f"{model.id} at "):
        return f"{draft.cheapest}, the same weights, {amount}"
    return f"{draft.cheapest} {amount}, if its quality were equal"


def _reads_only(row: Traffic) -> bool:
    return row.tokens.total > 0 and not row.tokens.output


def _seen(row: Saving) -> bool:
    return bool(round(row.usd.central))


def _names(rows: Sequence[Traffic]) -> str:
    return _listed(sorted({row.billed for row in rows}))


def _listed(names: Sequence[str]) -> str:
    """A few names of other people's, none of them longer than a line."""
    shown = [_one_line(name) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        return f"{', '.join(shown)} and {len(names) - _NAMED:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _one_line(name: str) -> str:
    text = " ".join(name.split())
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _inside(title: str) -> str:
    """A title in the middle of a sentence."""
    return title[:1].lower() + title[1:]
