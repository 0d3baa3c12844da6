"""The embedded engine as configured: vetted weights, a polite number of threads."""

from __future__ import annotations

from pathlib import Path

from equipoise.config.settings import Settings
from equipoise.domain.endpoint import Endpoint
from equipoise.engines import threads, weights
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings

EMBEDDED = "local"
"""The endpoint of the embedded models, unless it is given an address of its own."""


def is_embedded(endpoint: Endpoint) -> bool:
    """Whether we run what answers there, as a child of ours."""
    return endpoint.id == EMBEDDED and endpoint.base_url is None


def embedded_engine(
    settings: Settings, packaged: weights.PackagedWeights = weights.SMOLLM2
) -> LlamaCppEngine:
    """Make the engine, not started yet; raises WeightsMissing- or WeightsCorruptError.

    `engine.weights` in the settings says where the first model's weights lie, and no other's.
    """
    own = settings.weights if packaged is weights.SMOLLM2 else None
    path = Path(own) if own is not None else weights.locate(packaged)
    weights.verify(path, packaged)
    return LlamaCppEngine(
        LlamaCppSettings(
            weights=str(path),
            alias=packaged.model,
            threads=settings.threads or threads.default_threads(threads.usable_cores()),
            chat_template=packaged.chat_template,
        )
    )
