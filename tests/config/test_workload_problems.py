"""Each way a workload file can be wrong: the line it is reported on, the reason and the advice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.errors import Problem

Edit = tuple[str, str]
Reader = Callable[..., tuple[Problem, ...]]
Finder = Callable[[str], int]

COSTS = """\
[costs]
rejected_answer_usd = 0.4
engineer_usd_per_year = 120_000
self_hosting_fte = 0.1
vendor_fte = 0.05
"""
FIRST = """\
[[candidates]]
id = "small"
target = "local/smollm2-135m-instruct"
hardware = "cpu-2vcpu"
"""
OWN_GPT = 'target = "local/gpt-4.1-mini"\nhardware = "l4"'

# What is changed; the line the problem stands on, by a passage; its key, reason and suggestion.
MISTAKES: dict[str, tuple[Edit, str, str, str, str]] = {
    "a typo of a key": (
        ("quality_floor = 0.85", "quality_flor = 0.85\nquality_floor = 0.85"),
        "quality_flor",
        "requirements.quality_flor",
        "unknown key",
        "Did you mean 'quality_floor'?",
    ),
    "a typo of a table": (
        ("[costs]", "[requirements.volum]\npeak_to_mean = 1\n[costs]"),
        "[requirements.volum]",
        "requirements.volum",
        "unknown key",
        "Did you mean 'volume'?",
    ),
    "a typo inside an inline table of the second candidate": (
        ("why =", "whi = 'x', why ="),
        "whi =",
        "candidates[2].assume.whi",
        "unknown key",
        "Did you mean 'why'?",
    ),
    "a missing key": (
        ("latency_p95_ms = 3000\n", ""),
        "[requirements]",
        "requirements.latency_p95_ms",
        "missing",
        "It is the 95th percentile allowed, in ms.",
    ),
    "a missing table": (
        (COSTS, ""),
        "version = 1",
        "costs",
        "missing",
        "It is the table of what the organisation says of its costs.",
    ),
    "an impossible number": (
        ("peak_to_mean = 3.0", "peak_to_mean = 0.5"),
        "peak_to_mean",
        "requirements.volume.peak_to_mean",
        "should be greater than or equal to 1 (here: 0.5)",
        "It is the busiest hour over the mean hour.",
    ),
    "an infinite number": (
        ("latency_p95_ms = 3000", "latency_p95_ms = inf"),
        "latency_p95_ms",
        "requirements.latency_p95_ms",
        "should be a finite number (here: inf)",
        "in ms",
    ),
    "a share above one": (
        ("quality_floor = 0.85", "quality_floor = 85"),
        "quality_floor",
        "requirements.quality_floor",
        "should be less than 1 (here: 85)",
        "as a fraction",
    ),
    "a number in quotes": (
        ("max_output_tokens = 16", 'max_output_tokens = "16"'),
        "max_output_tokens",
        "task.max_output_tokens",
        "should be a valid integer (here: '16')",
        "in tokens",
    ),
    "a boolean for a number": (
        ("vendor_fte = 0.05", "vendor_fte = true"),
        "vendor_fte",
        "costs.vendor_fte",
        "should be a valid number",
        "against a vendor",
    ),
    "a text for a table": (
        ('incumbent = "gpt"', 'incumbent = "gpt"\norganisation = "ours"'),
        "organisation =",
        "organisation",
        "should be a table (here: 'ours')",
        "It is the table of facts that licences ask about.",
    ),
    "an unknown word": (
        ('data_class = "internal"', 'data_class = "intern"'),
        "data_class",
        "data_class",
        "'intern' is not allowed",
        "Did you mean 'internal'?",
    ),
    "an unknown word in a list": (
        ('licence_use = ["internal"]', 'licence_use = [\n  "internal",\n  "produkt",\n]'),
        "produkt",
        "requirements.licence_use[2]",
        "'produkt' is not allowed",
        "Did you mean 'product'?",
    ),
    "a name with blanks": (
        ('name = "triage"', 'name = "Our Triage"'),
        "Our Triage",
        "name",
        "does not have the form that is asked (here: 'Our Triage')",
        "It is a short name: a-z, 0-9 and -.",
    ),
    "a blank instruction": (
        ('"Sort the message."', '"""\n  \n"""'),
        "system =",
        "task.system",
        "does not have the form that is asked",
        "It is the instruction given with every request.",
    ),
    "another version": (
        ("version = 1", "version = 2"),
        "version",
        "version",
        "should be 1 (here: 2)",
        "It is the version of this format: 1.",
    ),
    "two bars": (
        (
            "[costs]",
            '[requirements.non_inferiority]\nincumbent = "gpt"\nmargin = 0.05\n[costs]',
        ),
        "[requirements.non_inferiority]",
        "requirements.non_inferiority",
        "set exactly one of quality_floor and non_inferiority",
        "a margin below an incumbent",
    ),
    "no bar": (
        ("quality_floor = 0.85\n", ""),
        "[requirements]",
        "requirements",
        "set exactly one of quality_floor and non_inferiority",
        "a share of answers",
    ),
    "an unknown scorer": (
        ('scorer = "exact_label"', 'scorer = "exact_labels"'),
        "scorer",
        "task.scorer",
        "no scorer 'exact_labels'",
        "Did you mean 'exact_label'?",
    ),
    "a scorer of labels for two fields": (
        ("queue = [", 'urgent = "boolean"\nqueue = ['),
        "scorer",
        "task.scorer",
        "exact_label judges answers of one text field only",
        "Choose from: exact_fields, field_f1.",
    ),
    "a scorer of labels for a number": (
        ('queue = ["billing", "delivery"]', 'queue = "number"'),
        "scorer",
        "task.scorer",
        "exact_label judges answers of one text field only",
        "Choose from: exact_fields, field_f1.",
    ),
    "an unknown kind of field": (
        ('queue = ["billing", "delivery"]', 'queue = "nubmer"'),
        "nubmer",
        "task.answer.queue",
        "is neither a list of allowed words nor one of number, integer, string, boolean",
        "",
    ),
    "an empty list of words": (
        ('queue = ["billing", "delivery"]', "queue = []"),
        "queue =",
        "task.answer.queue",
        "a list of allowed words holds at least one text, and none twice",
        "",
    ),
    "a word twice": (
        ('queue = ["billing", "delivery"]', 'queue = ["billing", "delivery", "billing"]'),
        "queue =",
        "task.answer.queue",
        "a list of allowed words holds at least one text, and none twice",
        "",
    ),
    "judging what is no field": (
        ('scorer = "exact_label"', 'scorer = "exact_label"\njudged = ["queu"]'),
        "judged",
        "task.judged[1]",
        "no field 'queu'",
        "Did you mean 'queue'?",
    ),
    "an incumbent that is no candidate": (
        ('incumbent = "gpt"', 'incumbent = "gpd"'),
        "gpd",
        "incumbent",
        "no candidate 'gpd'",
        "Did you mean 'gpt'?",
    ),
    "a comparison with what is no candidate": (
        (
            "quality_floor = 0.85",
            'non_inferiority.incumbent = "smal"\nnon_inferiority.margin = 0.05',
        ),
        '"smal"',
        "requirements.non_inferiority.incumbent",
        "no candidate 'smal'",
        "Did you mean 'small'?",
    ),
    "the same id twice": (
        ('id = "small"', "id = 'gpt'"),
        'id = "gpt"',
        "candidates[2].id",
        "two candidates are called 'gpt'",
        "Give one of them an id of its own.",
    ),
    "an unknown endpoint": (
        ('"openai/gpt-4.1-mini"', '"opnai/gpt-4.1-mini"'),
        "opnai",
        "candidates[2].target",
        "no endpoint 'opnai'",
        "Did you mean 'openai'?",
    ),
    "an unknown model": (
        ('"openai/gpt-4.1-mini"', '"openai/gpt-4.1-mni"'),
        "4.1-mni",
        "candidates[2].target",
        "no model 'gpt-4.1-mni'",
        "Did you mean 'gpt-4.1-mini'?",
    ),
    "a target without a model": (
        ('"openai/gpt-4.1-mini"', '"openai"'),
        '"openai"',
        "candidates[2].target",
        "'openai' names no model",
        "Write endpoint/model",
    ),
    "closed weights run by ourselves": (
        ('target = "openai/gpt-4.1-mini"', OWN_GPT),
        "local/gpt-4.1-mini",
        "candidates[2].target",
        "gpt-4.1-mini has closed weights: nobody but its vendor runs it",
        "Name its vendor's endpoint, or a model with open weights.",
    ),
    "a copy of our own without a machine": (
        (FIRST, FIRST.replace("]]", "]] # first").replace('hardware = "cpu-2vcpu"\n', "")),
        "# first",
        "candidates[1].hardware",
        "missing",
        "Name the machine it would run on: cpu-2vcpu, l4",
    ),
    "an unknown machine": (
        ('hardware = "cpu-2vcpu"', 'hardware = "cpu-2vcpus"'),
        "hardware",
        "candidates[1].hardware",
        "no hardware 'cpu-2vcpus'",
        "Did you mean 'cpu-2vcpu'?",
    ),
    "an unknown machine of a vendor": (
        ('target = "openai/gpt-4.1-mini"', 'target = "openai/gpt-4.1-mini"\nhardware = "l5"'),
        '"l5"',
        "candidates[2].hardware",
        "no hardware 'l5'",
        "",
    ),
    "a belief upside down": (
        ("low = 0.9, accept_rate_high = 1", "low = 1, accept_rate_high = 0.9"),
        "accept_rate_low = 1",
        "candidates[2].assume.accept_rate_low",
        "accept_rate_low is above accept_rate_high",
        "Exchange them.",
    ),
    "more items than there are": (
        ("[trial]\nitems = 12", "[trial]\nitems = 13"),
        "items = 13",
        "trial.items",
        "13 items are wanted, the file has 12",
        "Ask for fewer, or label more.",
    ),
    "fewer items than the default": (
        ("[trial]\nitems = 12", "[trial]\nseed = 2"),
        "[trial]",
        "trial.items",
        "60 items are wanted, the file has 12",
        "Ask for fewer, or label more.",
    ),
    "more shots than there are": (
        ("shots = 2", "shots = 3"),
        "shots = 3",
        "candidates[1].shots",
        "3 shots are wanted, the task has 2",
        "Ask for fewer",
    ),
    "shots without a file of them": (
        ('shots = "shots.jsonl"\n', ""),
        "shots = 2",
        "candidates[1].shots",
        "2 shots are wanted, the task has 0",
        "the file that task.shots names",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_reported_once_on_its_line_with_its_reason_and_what_to_write(
    mistake: str, problems_after: Reader, line_with: Finder, workload_file: Path
) -> None:
    edit, passage, key, reason, suggestion = MISTAKES[mistake]
    # Items that no longer fit the answer are the business of their own file.
    (problem,) = [p for p in problems_after(edit) if p.path == str(workload_file)]

    assert (problem.key, problem.line) == (key, line_with(passage))
    assert problem.reason.startswith(reason)
    assert suggestion in problem.suggestion
