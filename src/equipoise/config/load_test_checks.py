"""Whether the load test that a candidate names is one of it: of its model, on its machine."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.catalog import models as catalog_models
from equipoise.config.settings import Settings
from equipoise.config.toml_file import TomlFile
from equipoise.domain.endpoint import Operator
from equipoise.domain.load_test import LoadTest
from equipoise.engines.load_test import result_file
from equipoise.errors import ConfigurationError, Problem


def load_test_problems(file: TomlFile, settings: Settings, index: int) -> Iterator[Problem]:
    """What is wrong with the `bench` of the candidate of this index; nothing where it has none."""
    where = ("candidates", index, "bench")
    name = file.at(str, *where)
    if not name:
        return
    endpoint, _, model = (file.at(str, "candidates", index, "target") or "").partition("/")
    row = settings.endpoints.get(endpoint)
    if row is not None and row.operator is not Operator.SELF:
        reason = "a vendor charges by the token, however fast it is"
        advice = "Take the key away: only a candidate that we run ourselves has a load test."
        yield file.problem(where, reason, advice)
        return
    path = file.path.parent / name
    if not path.is_file():
        advice = (
            "Make it: equipoise engine bench, or equipoise engine import. Or take the key away."
        )
        yield file.problem(where, "no such file", advice)
        return
    try:
        test, _ = result_file.read(path)
    except ConfigurationError as error:
        yield from error.problems
        return
    yield from _at_odds(file, index, test, model)


def _at_odds(file: TomlFile, index: int, test: LoadTest, model: str) -> Iterator[Problem]:
    where = ("candidates", index, "bench")
    machine = file.at(str, "candidates", index, "hardware")
    if None not in (test.hardware, machine) and test.hardware != machine:
        yield file.problem(
            where,
            f"was measured on {test.hardware}, and the candidate runs on {machine}",
            "Name the machine that was measured, or measure on this one.",
        )
    # A server may call the model as it likes; but what the catalog calls so is another one.
    if test.model != model and any(test.model == row.id for row in catalog_models.models()):
        yield file.problem(
            where, f"measured {test.model}, not {model}", "Name a load test of this model."
        )
    if not any(level.requests for level in test.levels):
        yield file.problem(where, "holds no level with an answer", "Measure again.")
