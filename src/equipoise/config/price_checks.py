"""Whether what a workload file says of prices fits its candidates, and can be meant at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from equipoise.catalog.cost_ranges import cost_ranges
from equipoise.config.problems import suggest
from equipoise.config.settings import Settings
from equipoise.config.toml_file import TomlFile
from equipoise.domain.endpoint import Operator
from equipoise.economics import sanity
from equipoise.economics.ownership.terms import BOUNDS
from equipoise.errors import ConfigurationError, Problem

_OF_MACHINES = {"usd_per_hour": "usd_per_machine_hour", "usd_purchase": "usd_per_machine"}
_OF_TOKENS = ("input_usd_per_million", "output_usd_per_million", "cached_usd_per_million")
_OF_VENDORS = (*_OF_TOKENS, "committed_usd_per_month", "committed_discount")

_STATED_ELSEWHERE = {
    "engineer_usd_per_year": "It is costs.engineer_usd_per_year.",
    "run_fte": "Everybody who runs our own is in costs.self_hosting_fte.",
    "on_call_fte": "Everybody who runs our own is in costs.self_hosting_fte.",
    "expertise_fte": "Everybody who runs our own is in costs.self_hosting_fte.",
}


def figure_problems(file: TomlFile) -> Iterator[Problem]:
    """Our own figures whose ids are no range's, or that are beyond what can be meant."""
    known = {row.id for row in cost_ranges()}
    for name, value in _numbers(file.at(dict, "costs", "figures")).items():
        where = ("costs", "figures", name)
        if name in _STATED_ELSEWHERE:
            yield file.problem(where, f"{name} is stated already", _STATED_ELSEWHERE[name])
        elif name not in known:
            yield file.problem(where, f"no figure is called {name!r}", suggest(name, known))
        elif name in BOUNDS:
            yield from _insane(file, where, value, BOUNDS[name])


def price_problems(file: TomlFile, settings: Settings, index: int) -> Iterator[Problem]:
    """Prices of a machine for a vendor, of tokens for our own, halves of a pair, and slips."""
    place = ("candidates", index, "prices")
    table = file.at(dict, *place)
    if table is None:
        return
    endpoint = settings.endpoints.get((file.at(str, *place[:2], "target") or "").partition("/")[0])
    if endpoint is not None:
        own = endpoint.operator is Operator.SELF
        others = _OF_VENDORS if own else ("procurement", *_OF_MACHINES)
        whose = "is what a vendor charges" if own else "is that of a machine of our own"
        for name in others:
            if name in table:
                yield file.problem((*place, name), f"{name} {whose}", "Take it away.")
    numbers = _numbers(table)
    if _OF_TOKENS[0] in numbers and _OF_TOKENS[1] not in numbers:
        yield file.problem(place, "output_usd_per_million is missing", "Both ways have a price.")
    if _OF_TOKENS[0] not in numbers and any(name in numbers for name in _OF_TOKENS[1:]):
        yield file.problem(place, "input_usd_per_million is missing", "Both ways have a price.")
    if numbers.get("committed_discount") and "committed_usd_per_month" not in numbers:
        advice = "A discount comes with what was promised for it; else state the prices you pay."
        yield file.problem(place, "committed_usd_per_month is missing", advice)
    bounds = _OF_MACHINES | dict.fromkeys(_OF_TOKENS, "usd_per_million_tokens")
    for name, bound in bounds.items():
        if numbers.get(name):
            yield from _insane(file, (*place, name), numbers[name], bound)


def _numbers(table: Mapping[str, object] | None) -> dict[str, float]:
    """The numbers of a table; what is of another kind is reported by the schema."""
    return {
        name: float(value)
        for name, value in (table or {}).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _insane(
    file: TomlFile, where: tuple[str | int, ...], value: float, bound: str
) -> Iterator[Problem]:
    name = str(where[-1])
    try:
        sanity.check({name: value}, {name: bound})
    except ConfigurationError as error:
        for problem in error.problems:
            yield file.problem(where, problem.reason, problem.suggestion)
