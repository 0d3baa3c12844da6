"""The table of scorers, by the name that a workload file gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from equipoise.engines import minilm
from equipoise.engines.embeddings import EmbeddingServer
from equipoise.errors import EngineError
from equipoise.trials.scorers import (
    choice,
    code_tests,
    exact_fields,
    exact_label,
    exact_text,
    field_f1,
    json_schema,
    length,
    normalised_text,
    numeric,
    pattern,
    refusal,
    similarity,
    tool_calls,
)
from equipoise.trials.scorers.given import Given
from equipoise.trials.scorers.options import NoOptions
from equipoise.trials.scorers.rule import Rule, by_text, gold, without_options
from equipoise.trials.scorers.score import REFUSED, Score, failed
from equipoise.trials.scorers.text import texts_fault

_server = lru_cache(maxsize=4)(EmbeddingServer)


def _similarity(given: Given, expected: Any, options: similarity.Options) -> Score:
    if given.refused:
        return REFUSED
    try:
        embedder = _server(options.url, options.model) if options.url else minilm.packaged()
    except EngineError as error:
        return failed(error.message)
    return similarity.judge(given.text, expected, options, embedder)


def _length(given: Given, expected: Any, options: length.Options) -> Score:
    return REFUSED if given.refused else length.judge(given, expected, options)


def _refusal(given: Given, expected: Any, _options: NoOptions) -> Score:
    return refusal.judge(given, expected)


SCORERS: Mapping[str, Rule[Any]] = {
    "exact_label": Rule(
        NoOptions, without_options(exact_label.score), "fields", misfit=exact_label.misfit
    ),
    "exact_fields": Rule(NoOptions, without_options(exact_fields.score), "fields"),
    "field_f1": Rule(
        field_f1.Options, by_text(field_f1.score), "either", gold_fault=gold(field_f1.gold_fault)
    ),
    "exact_text": Rule(NoOptions, without_options(exact_text.score), gold_fault=gold(texts_fault)),
    "normalised_text": Rule(
        normalised_text.Options, by_text(normalised_text.score), gold_fault=gold(texts_fault)
    ),
    "choice": Rule(
        choice.Options, by_text(choice.score), fault=choice.fault, gold_fault=choice.gold_fault
    ),
    "numeric": Rule(numeric.Options, by_text(numeric.score), gold_fault=numeric.gold_fault),
    "pattern": Rule(
        pattern.Options,
        by_text(pattern.score),
        fault=pattern.fault,
        gold_fault=pattern.gold_fault,
        gold_is_answer=False,
    ),
    "json_schema": Rule(
        json_schema.Options,
        by_text(json_schema.score),
        fault=json_schema.fault,
        gold_fault=gold(json_schema.gold_fault),
        gold_is_answer=False,
        needs_gold=False,
    ),
    "tool_calls": Rule(
        tool_calls.Options, by_text(tool_calls.score), gold_fault=gold(tool_calls.gold_fault)
    ),
    "similarity": Rule(
        similarity.Options, _similarity, fault=similarity.fault, gold_fault=gold(texts_fault)
    ),
    "length": Rule(
        length.Options,
        _length,
        fault=length.fault,
        gold_fault=gold(length.gold_fault),
        gold_is_answer=False,
        needs_gold=False,
    ),
    "refusal": Rule(NoOptions, _refusal, gold_fault=gold(refusal.gold_fault), gold_is_answer=False),
    "code_tests": Rule(
        code_tests.Options,
        by_text(code_tests.score),
        gold_fault=gold(code_tests.gold_fault),
        gold_is_answer=False,
        executes=True,
    ),
}
