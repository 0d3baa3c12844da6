"""One replica of a model and what is asked of it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.catalog.devices import Device
from equipoise.catalog.shapes import Shape
from equipoise.economics.throughput.precision import FORMATS, WeightFormat

# One architecture under several names counts as one.
_SAME = {
    "deepseek-r1": "deepseek-v3",
    "deepseek-v3.1": "deepseek-v3",
    "llama-3.1-8b": "llama-3.1-8b-instruct",
    "llama-3-8b-instruct": "llama-3.1-8b-instruct",
    "llama-3-70b-instruct": "llama-3.3-70b-instruct",
    "llama-3.1-70b-instruct": "llama-3.3-70b-instruct",
    "qwen3.6-35b-a3b": "qwen3.5-35b-a3b",
    "qwen3.6-27b": "qwen3.5-27b",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """A replica: a model in a weight format on devices of one kind, under an engine.

    `tensor` devices divide every layer, `pipeline` stages divide the layers, and `attention_data`
    groups of `tensor` devices keep whole sequences each while their experts are spread over all;
    `expert` is how many devices whole experts are spread over (1: every expert is divided too).
    `kv_element_bytes` is 2 for a 16-bit cache. Where prompts are read on devices of their own,
    `prefill` is one of those replicas and `prefills` how many of them serve this one. `engine` is a
    family such as `vllm`; `campaign` names whose measurements these are, empty for none.
    Raises ValueError where a degree is not positive.
    """

    shape: Shape
    device: Device
    weights: WeightFormat = FORMATS["bf16"]
    tensor: int = 1
    pipeline: int = 1
    attention_data: int = 1
    expert: int = 1
    kv_element_bytes: float = 2.0
    engine: str = ""
    engine_version: str = ""
    campaign: str = ""
    prefill: Deployment | None = None
    prefills: float = 1.0

    def __post_init__(self) -> None:
        degrees = (self.tensor, self.pipeline, self.attention_data, self.expert)
        if min(degrees) < 1 or min(self.kv_element_bytes, self.prefills) <= 0:
            raise ValueError("a deployment's degrees and sizes are positive")

    @property
    def devices(self) -> int:
        """Devices of the replica, without those that read prompts only."""
        return self.tensor * self.pipeline * self.attention_data

    @property
    def architecture(self) -> str:
        """The model's architecture, one name for all models that share it."""
        return _SAME.get(self.shape.id, self.shape.id)

    @property
    def lanes(self) -> float:
        """Prompts that can be read at once: one in each attention group of each stage."""
        reader = self.prefill or self
        replicas = self.prefills if self.prefill else 1.0
        return replicas * reader.attention_data * reader.pipeline


@dataclass(frozen=True, slots=True)
class Load:
    """Mean tokens of a request, and either how many run all the time or how many arrive a second.

    `shared` tokens of the input are the same for all and already in the cache. `whole_batch` is
    set where a batch is prefilled together and then decoded together, as old testbeds do, instead
    of continuous batching. `token_limit` is the time a token, in seconds, that so many may take at
    most: fewer run at once where all of the concurrency would take longer. Raises ValueError unless
    exactly one of the two loads is given.
    """

    input: float
    output: float
    concurrency: float | None = None
    rate: float | None = None
    shared: float = 0.0
    whole_batch: bool = False
    token_limit: float | None = None

    def __post_init__(self) -> None:
        if (self.concurrency is None) == (self.rate is None):
            raise ValueError("a load is either a concurrency or a rate")
        given = self.concurrency if self.concurrency is not None else self.rate
        if not (self.input >= 0 and self.output >= 1 and given and given > 0):
            raise ValueError("a load has tokens and requests")
