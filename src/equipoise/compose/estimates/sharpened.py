"""A load test of one's own in an estimate: the fit is made that machine's, and is said to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from equipoise.catalog import devices, hardware
from equipoise.catalog.efficiencies import Efficiencies, efficiencies
from equipoise.compose.estimates.deployment import Chosen
from equipoise.compose.estimates.why import Fact
from equipoise.domain.load_test import LoadTest
from equipoise.domain.provenance import Source
from equipoise.economics.throughput.deployment import Deployment
from equipoise.economics.throughput.precision import weight_format
from equipoise.engines.load_test import result_file
from equipoise.errors import ConfigurationError, Problem, UnknownHardwareError


@dataclass(frozen=True, slots=True)
class Own:
    """The deployment as a campaign of its own, its fit, and what is to be said of that."""

    deployment: Deployment
    fitted: Efficiencies
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]


def own_fit(chosen: Chosen) -> Own:
    """The package's fit, or what the order's load test makes of it.

    The test is taken to be of this very deployment; where it says that it was of another, a note
    says so. Raises ConfigurationError where the file cannot be read or has no level to learn from.
    """
    path = chosen.order.bench
    if path is None:
        return Own(chosen.deployment, efficiencies(), (), ())
    # It waits for scipy, which no estimate without a load test needs.
    from equipoise.economics.throughput.sharpen import OWN, own_points, sharpen

    test, _ = result_file.read(path)
    deployment = replace(chosen.deployment, campaign=OWN)
    points = own_points(test, deployment)
    if not points:
        raise ConfigurationError((_without_points(path),))
    used = f"{len(points)} of {len(test.levels)} levels, of {test.model} at {test.endpoint}"
    fact = ("load test", used, Source(str(path), checked=test.measured_on))
    notes = tuple(_elsewhere(test, chosen))
    return Own(deployment, sharpen(efficiencies(), points), (fact,), notes)


def _without_points(path: Path) -> Problem:
    reason = "has no level that was run to its end and has a time per token"
    return Problem(str(path), None, "", reason, "Measure some: equipoise engine bench.")


def _elsewhere(test: LoadTest, chosen: Chosen) -> Iterator[str]:
    """In what the test says that it was of something else."""
    deployment = chosen.deployment
    if test.hardware is not None and not _is_on(test.hardware, deployment):
        yield f"the load test ran on {test.hardware}, not on {_where(deployment)}"
    stated = weight_format(test.precision) if test.precision is not None else None
    if stated is not None and stated.family != deployment.weights.family:
        yield f"the load test's weights were {test.precision}, not {deployment.weights.id}"
    named = {chosen.found.name, deployment.shape.id}
    if test.model not in named:
        yield f"the load test calls its model {test.model}"


def _is_on(machine: str, deployment: Deployment) -> bool:
    try:
        single = devices.of_hardware(hardware.find(machine))
    except UnknownHardwareError:
        return False
    return single.id == deployment.device.id


def _where(deployment: Deployment) -> str:
    count = deployment.devices
    return f"{count} × {deployment.device.id}" if count > 1 else deployment.device.id
