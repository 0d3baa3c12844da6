"""Runs Python that nobody has read: isolated as far as the kernel lets it, bounded in every way."""

from __future__ import annotations

from equipoise.engines.sandbox.process import Ended, Job, Limits, Part, PartResult, run

__all__ = ["Ended", "Job", "Limits", "Part", "PartResult", "run"]
