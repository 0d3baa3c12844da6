"""A workload file drafted from a log: what is measured, what is assumed, what is yours to say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equipoise.bill.facts import Facts
from equipoise.compose.trial_drafts.answers import Form, written
from equipoise.compose.trial_drafts.candidates import Suggested
from equipoise.compose.trial_drafts.files import ITEMS, RECORDED
from equipoise.trials.imports.traffic import Traffic, draft

_LONGEST = 32_768  # the most that a workload file may ask for
_FLOOR = 0.85
_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a workload file is written from.

    `data_class` is empty where nobody declared one. `candidates` begin with the incumbent where it
    is one; `recorded` says that its answers are beside the file.
    """

    name: str
    title: str
    data_class: str
    system: str
    form: Form
    longest_answer: int | None
    traffic: Traffic
    items: int
    seed: int
    margin: float
    incumbent: str
    recorded: bool
    candidates: Sequence[Suggested]


def to_toml(found: Draft) -> str:
    """The file, whole; `equipoise decide` takes it once its items have their right answers."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Draft) -> Iterator[str]:
    yield from (
        "# Drafted from a log of calls. The items have no right answers yet: fill in `expected`.",
        "# What the incumbent answered stands beside them. To agree with it is not to be right.",
        "version = 1",
        f"name = {_text(found.name)}",
        f"title = {_text(found.title)}",
    )
    if found.data_class:
        yield f"data_class = {_text(found.data_class)}"
    else:
        yield '# data_class = "internal" # nobody declared one, so the data is restricted: it stays'
    if found.incumbent:
        yield f"incumbent = {_text(found.incumbent)}"
    yield from ("", *_task(found), "", *_requirements(found), "", *_costs(), "", *_trial(found))
    for candidate in found.candidates:
        yield from ("", "[[candidates]]", f"id = {_text(candidate.id)}")
        yield f"target = {_text(candidate.target)}"
        if candidate.hardware:
            yield f"hardware = {_text(candidate.hardware)}"
        if candidate.id == found.incumbent and found.recorded:
            yield f"recorded = {_text(RECORDED)} # its answers in the log, so that it is not asked"
    if not found.candidates:
        yield from (
            "",
            "# The log's model is not one that the catalog knows. Name who is to be compared:",
            "[[candidates]]",
            'target = "local/smollm2-135m-instruct"',
            'hardware = "cpu-2vcpu"',
        )


def _task(found: Draft) -> Iterator[str]:
    yield "[task]"
    if found.system:
        yield f"system = {_text(found.system)} # as most calls of the log have it"
    else:
        yield f"system = {_text('Write here the instruction that is sent with every request.')}"
    longest = found.longest_answer
    tokens = min(max(math.ceil((longest or 0) * 1.5), 64), _LONGEST) if longest else 1_024
    why = f"the longest answer of the log has {longest}" if longest else "assumed"
    yield f"items = {_text(ITEMS)}"
    yield f"scorer = {_text(found.form.scorer)} # {found.form.why}"
    yield f"max_output_tokens = {tokens} # {why}"
    if found.form.fields:
        yield ""
    yield from written(found.form)


def _requirements(found: Draft) -> Iterator[str]:
    yield "[requirements]"
    if not found.incumbent:
        yield f"quality_floor = {_FLOOR} # the share that has to be right: yours to state"
    seconds = found.traffic.seconds
    if seconds is not None and seconds.p95 > 0:
        yield f"latency_p95_ms = {math.ceil(seconds.p95 * 2000)} # twice what the log's calls took"
    else:
        yield f"latency_p95_ms = {_FACTS.latency_seconds * 1000:.0f} # assumed"
    yield f"availability = {_FACTS.availability} # assumed"
    yield 'licence_use = ["internal"]'
    if found.incumbent:
        yield from (
            "",
            "[requirements.non_inferiority]",
            f"incumbent = {_text(found.incumbent)}",
            f"margin = {found.margin} # how much worse is still good enough: yours to state",
        )
    yield ""
    if found.traffic.requests_per_month is not None:
        yield draft(found.traffic).rstrip()
    else:
        yield from (
            "[requirements.volume]",
            f"requests_per_month = {found.traffic.requests} # assumed: the log says no rate",
            f"peak_to_mean = {_FACTS.peak_to_mean} # assumed",
        )


def _costs() -> Iterator[str]:
    yield from (
        "[costs]",
        "rejected_answer_usd = 0.10 # what putting right one bad answer costs: yours to state",
        f"engineer_usd_per_year = {_FACTS.engineer_usd_per_year:.0f} # assumed",
        f"self_hosting_fte = {_FACTS.engineers} # assumed",
        "vendor_fte = 0.1 # assumed",
    )


def _trial(found: Draft) -> Iterator[str]:
    yield from ("[trial]", f"items = {found.items}", f"seed = {found.seed}")


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too, which wants one for DEL besides."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
