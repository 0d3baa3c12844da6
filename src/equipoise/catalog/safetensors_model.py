"""A model from its config.json and the tensors of its safetensors files, or from tensors alone.

The config says what the layers are, the tensors what is really there: parameters and bytes are the
tensors', and where the two do not belong together nothing is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from equipoise.catalog.config_blocks import Fields
from equipoise.catalog.config_json import (
    architecture_from_config,
    experts_from_config,
    known_types,
)
from equipoise.catalog.packed_weights import Tally, layer_of, tally
from equipoise.catalog.plain_attention import model_from_tensors
from equipoise.catalog.safetensors_header import StoredTensor
from equipoise.catalog.stored_model import StoredModel, billions, refused
from equipoise.domain.model import Architecture

Config = Mapping[str, object]

_NEAR = 0.03  # a count from shapes is within 1 % of the published one under every rule
_ADAPTER = ".lora_"


def model_from_safetensors(
    tensors: Sequence[StoredTensor], config: Config | None, where: str
) -> StoredModel:
    """The model of all tensors of a folder, or of one file; `config` is its config.json, parsed.

    Raises UnknownModelError or ConfigurationError where its attention cannot be known, where layers
    are missing, or where the tensors are not those of the config.
    """
    if any(_ADAPTER in tensor.name for tensor in tensors):
        advice = "Name the model that it was trained on, or merge the two."
        raise refused(where, "holds an adapter, not a model", advice)
    if config is None or Fields(config).type not in known_types():
        return model_from_tensors(tensors, config, where)
    shapes = architecture_from_config(config)
    _check_layers(tensors, shapes.layers, where)
    tied = Fields(config).flag("tie_word_embeddings")
    found = tally(tensors, _flat(config), shapes.layers, tied)
    count, used = experts_from_config(config)
    if found.unknown:
        counted = replace(shapes, parameters=int(shapes.parameters), weight_bytes=found.size)
        notes = (_uncounted(found), *found.remarks())
        return StoredModel("", counted, count, used, _method(config), notes=notes)
    _check_count(found, shapes, where)
    active = found.active(count, used)
    if count and not found.routed:
        active = found.parameters - round(shapes.parameters - shapes.active_parameters)
    exact = replace(
        shapes,
        parameters=found.parameters,
        active_parameters=active,
        weight_bytes=found.size,
    )
    return StoredModel("", exact, count, used, found.stored_as, notes=tuple(found.remarks()))


def model_from_config(config: Config) -> StoredModel:
    """The model of a config.json without its weights, as if they were in 16 bits."""
    counted = architecture_from_config(config)
    count, used = experts_from_config(config)
    alone = (
        "There are no weights beside config.json: parameters are counted from its shapes, within"
        " 1 %, and taken to be stored in 16 bits."
    )
    notes = [alone]
    if _flat(config).get("quantization_config"):
        notes.append(
            f"It says that they are quantised ({_method(config)}): they take fewer bytes than that."
        )
    counted = replace(counted, parameters=int(counted.parameters))
    return StoredModel("", counted, count, used, "bf16", notes=tuple(notes))


def _flat(config: Config) -> Config:
    text = config.get("text_config")
    return {**config, **text} if isinstance(text, Mapping) else config


def _check_layers(tensors: Sequence[StoredTensor], layers: int, where: str) -> None:
    missing = set(range(layers)) - {layer_of(tensor.name) for tensor in tensors}
    if missing:
        reason = f"has no tensors of {len(missing)} of {layers} layers, the first of them"
        advice = "Files of the folder are missing, or config.json is another model's."
        raise refused(where, f"{reason} {min(missing)}", advice)


def _check_count(found: Tally, shapes: Architecture, where: str) -> None:
    """See that the tensors are those of the shapes, whether or not the embedding is there twice."""
    text = found.parameters - found.tower
    embedding = (shapes.vocabulary or 0) * (shapes.hidden_size or 0)
    expected = (shapes.parameters + more for more in (0, -embedding, embedding))
    if not any(abs(text - count) <= _NEAR * count for count in expected):
        reason = (
            f"has tensors of {billions(text)} parameters where the layers in config.json have"
            f" {billions(shapes.parameters)}"
        )
        advice = "Files of the folder are missing, or config.json is another model's."
        raise refused(where, reason, advice)


def _uncounted(found: Tally) -> str:
    return (
        f"{len(found.unknown):,} tensors are packed in a way for which there is no rule"
        f" ({found.unknown[0][:80]}): parameters are counted from the shapes in config.json, within"
        " 1 %; bytes are the files'."
    )


def _method(config: Config) -> str:
    """What the config calls its quantisation, where no rule counts it."""
    found = _flat(config).get("quantization_config")
    method = found.get("quant_method") if isinstance(found, Mapping) else None
    return method[:40] if isinstance(method, str) and method else "packed"
