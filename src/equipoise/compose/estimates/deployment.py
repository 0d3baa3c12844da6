"""What is named on the command line as a deployment: which model, device, format and engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from equipoise.catalog import devices, hardware, models, shapes, tables
from equipoise.catalog.devices import Device
from equipoise.catalog.shapes import Shape
from equipoise.config.problems import suggest
from equipoise.domain.model import Model, Weights
from equipoise.domain.provenance import Source
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.precision import WeightFormat, published_format, weight_format
from equipoise.errors import NotFoundError, UnknownHardwareError, UnknownModelError

CACHE_FORMATS: Mapping[str, float] = MappingProxyType(
    {
        "fp32": 4.0,
        "bf16": 2.0,
        "fp16": 2.0,
        "fp8": 1.0,
        "int8": 1.0,
        "q8_0": 34 / 32,
        "q5_1": 24 / 32,
        "q5_0": 22 / 32,
        "q4_1": 20 / 32,
        "q4_0": 18 / 32,
    }
)
"""Bytes an element of the cache takes. A block of llama.cpp's has 32 elements and their scales."""

OTHER = "other"
"""The engine of those that nobody measured: it has what all measured ones have in common."""

_BY_SIZE = Source("the sizes in its name, and the layers of usual models of that size")
_LAYERWISE = "llama.cpp"  # divides the layers among devices unless told otherwise


@dataclass(frozen=True, slots=True)
class PointOrder:
    """A model on a device under a load; what is None is chosen, and said to be.

    Exactly one of `model` and `weights`, of `device` and `hardware`, of `concurrency` and `rate`
    is given. `devices`, `tensor` and `pipeline` are None or agree. A replica on `hardware` has all
    of its devices, or as many as `tensor` times `pipeline`. `bench` is a load test's result file.
    """

    input_tokens: float
    output_tokens: float
    model: str | None = None
    weights: Path | None = None
    device: str | None = None
    hardware: str | None = None
    devices: int | None = None
    tensor: int | None = None
    pipeline: int | None = None
    precision: WeightFormat | None = None
    kv_precision: str | None = None
    engine: str | None = None
    concurrency: float | None = None
    rate: float | None = None
    bench: Path | None = None

    @property
    def load(self) -> Load:
        """What is asked of the replica."""
        return Load(
            self.input_tokens, self.output_tokens, concurrency=self.concurrency, rate=self.rate
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A model as it was found: its shape, whose word that is, the format it is published in.

    `notes` say what was not known. `why` says where the format comes from.
    """

    name: str
    shape: Shape
    source: Source
    published: WeightFormat
    why: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The deployment that an order means, and what of it nobody named, as (subject, value, why)."""

    order: PointOrder
    found: Found
    deployment: Deployment
    defaults: tuple[tuple[str, str, str], ...]


def choose(order: PointOrder) -> Chosen:
    """What the order means.

    Raises UnknownModelError, UnknownHardwareError, NotFoundError for closed weights, or
    ConfigurationError for files that cannot be read.
    """
    found = _local(order.weights) if order.weights is not None else _named(order.model or "")
    device, count = _device(order)
    weights = order.precision or found.published
    engine = order.engine or _usual_engine(weights, device)
    tensor, pipeline = _degrees(order, order.devices or count, engine)
    cache = order.kv_precision or "bf16"
    defaults = [
        (order.precision, "precision", weights.id, found.why),
        (order.kv_precision, "precision of the cache", "16 bits", "engines' own default"),
        (order.engine, "engine", engine, "the usual one for such weights on such a device"),
    ]
    deployment = Deployment(
        shape=found.shape,
        device=device,
        weights=weights,
        tensor=tensor,
        pipeline=pipeline,
        kv_element_bytes=CACHE_FORMATS[cache],
        engine=engine,
    )
    return Chosen(order, found, deployment, tuple(row[1:] for row in defaults if row[0] is None))


def _local(path: Path) -> Found:
    from equipoise.compose.estimates.local_model import read_local_model

    local = read_local_model(path)
    why = f"the files hold {local.stored_as}"
    return Found(local.name, local.shape, Source(local.source), local.weights, why, local.notes)


def _named(name: str) -> Found:
    """A model by its id, its repository, or as benchmarks write it; by its size at the least."""
    known = {row.id: row for row in models.models()}
    row = known.get(name)
    if row is not None and row.weights is Weights.CLOSED:
        raise NotFoundError(
            f"--model: {name} has closed weights, so that only its vendor runs it",
            hint=f"What it costs there: equipoise catalog price ENDPOINT/{name}.",
        )
    shape = _shape(name)
    if shape is None:
        raise UnknownModelError(
            f"--model: no architecture is known for {name!r}, nor its size",
            hint=f"{_near(name)} `equipoise catalog models` lists them; --weights reads a folder.",
        )
    published, why = _published(name, shape)
    notes = _taken_for(name, shape, known.get(shape.id))
    return Found(name, shape, shape.source or _BY_SIZE, published, why, notes)


def _shape(name: str) -> Shape | None:
    """By the exact id first: its words alone may belong to another model as well."""
    try:
        return shapes.of_model(name)
    except (UnknownModelError, ValueError):
        return shapes.shape(name)


def _near(name: str) -> str:
    """The models whose names are most alike, tunings and publishers left out."""
    known = [row.id for row in models.models() if row.architecture is not None]
    by_form = {shapes.form(one): one for one in (*tables.read("shapes"), *known)}
    alike = get_close_matches(shapes.form(name), sorted(by_form), n=3, cutoff=0.6)
    close = [by_form[one] for one in alike]
    return f"Did you mean {' or '.join(map(repr, close))}?" if close else "It may be misspelt."


def _taken_for(name: str, shape: Shape, row: Model | None) -> tuple[str, ...]:
    same = {shape.id.lower(), (row.repository or "").lower() if row is not None else ""}
    if name.lower() in same:
        return ()
    if not shape.assumed:
        return (f"{name} is taken for {shape.id}",)
    if shape.id in tables.read("shapes") or row is not None:
        return (f"{name} is taken to be built as {shape.id} is, whose size and family it has",)
    billions = shape.architecture.parameters / 1e9
    size = f"a usual architecture of {billions:.3g} billion parameters"
    note = f"the catalog has no {name!r}: {size} is assumed, and ranges are wider. {_near(name)}"
    return (note,)


def _published(name: str, shape: Shape) -> tuple[WeightFormat, str]:
    """The format in a model's name, else the one that its published weights take the room of."""
    spelled = weight_format(name) if name != shape.id else None
    if spelled is not None:
        return spelled, "the model's name says so"
    return published_format(shape), "as it is published"


def _device(order: PointOrder) -> tuple[Device, int]:
    """The device, and how many of it there are where that is not said."""
    if order.hardware is not None:
        machine = hardware.find(order.hardware)
        return devices.of_hardware(machine), machine.devices
    name = order.device or ""
    found = devices.device(name)
    if found is None:
        machines = {row.id: devices.of_hardware(row).id for row in hardware.hardware_rows()}
        known = {*machines.values(), *tables.read("devices")}
        advice = suggest(name.lower(), known)
        raise UnknownHardwareError(f"--device: no device is called {name!r}", hint=advice)
    return found, 1


def _usual_engine(weights: WeightFormat, device: Device) -> str:
    if weights.family == "gguf" or device.generation == "processor":
        return "llama.cpp"
    return "mlx" if device.generation == "apple" else "vllm"


def _degrees(order: PointOrder, count: int, engine: str) -> tuple[int, int]:
    """Tensor and pipeline: what is not given follows from the devices, else is one."""
    if order.tensor is None and order.pipeline is None:
        return (1, count) if engine == _LAYERWISE else (count, 1)
    whole = order.devices or (order.tensor or 1) * (order.pipeline or 1)
    tensor = order.tensor or whole // (order.pipeline or 1)
    return tensor, whole // tensor
