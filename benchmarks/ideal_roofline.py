"""Whether any estimate is faster than its own ideal roofline, over the catalog's whole grid.

Every architecture of the catalog on every device and on several of it, in each format of weights
the device may hold, at a few lengths and loads. Nothing is measured and nothing is left out: what
does not fit is estimated too, as if one request ran.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product

import numpy as np
from goals import Goal, report

from equipoise.catalog import devices, hardware, models, shapes, tables
from equipoise.catalog.devices import Device
from equipoise.economics.throughput.batching import ideal_token
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import estimate_many
from equipoise.economics.throughput.precision import FORMATS
from equipoise.economics.throughput.work import Job, work

LOADS = (
    Load(128, 512, concurrency=1),
    Load(2048, 256, concurrency=16),
    Load(32_768, 1024, concurrency=256),
)
TENSOR = (1, 8)
WEIGHTS = ("bf16", "fp8")
ROUNDING = 1e-9


def main() -> int:
    """Estimate the grid and count what is too fast, a device at a time."""
    known = list(named())
    wanted = [shapes.of_model(model.id) for model in models.models() if model.architecture]
    counted, faster, closest = 0, 0, np.inf
    for device in known:
        jobs: list[Job] = [
            (Deployment(shape, device, FORMATS[weights], tensor), load)
            for shape, weights, tensor, load in product(wanted, WEIGHTS, TENSOR, LOADS)
        ]
        # The low end is the fastest that an estimate ever says.
        ratios = estimate_many(jobs).tpot[:, 0] / ideal_token(work(jobs))
        counted, faster = counted + len(jobs), faster + int(np.sum(ratios < 1 - ROUNDING))
        closest = min(closest, float(ratios.min()))
    print(
        f"Low ends of {counted:,} estimates: {len(wanted)} architectures on {len(known)} devices;"
        f" the fastest takes {closest:.2f} of its ideal time per token\n"
    )
    return report([Goal("estimates faster than the ideal roofline", faster, 0, 0, "")])


def named() -> Iterator[Device]:
    """Each device of the catalog once."""
    single = {devices.of_hardware(row).id for row in hardware.hardware_rows()}
    yield from (devices.find(name) for name in sorted(single | set(tables.read("devices"))))


if __name__ == "__main__":
    sys.exit(main())
