"""The embedded engine as configured: vetted weights, a polite number of threads."""

from __future__ import annotations

from pathlib import Path

from equipoise.config.settings import Settings
from equipoise.engines import threads, weights
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings


def embedded_engine(settings: Settings) -> LlamaCppEngine:
    """Make the engine, not started yet; raises WeightsMissing- or WeightsCorruptError."""
    path = Path(settings.weights) if settings.weights else weights.locate(weights.SMOLLM2)
    weights.verify(path, weights.SMOLLM2)
    return LlamaCppEngine(
        LlamaCppSettings(
            weights=str(path),
            alias=weights.SMOLLM2.model,
            threads=settings.threads or threads.default_threads(threads.usable_cores()),
        )
    )
