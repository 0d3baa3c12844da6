"""What a scorer is given of an answer beside its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. `refused` is the endpoint's own word that the model declined.

    `output_tokens` is the endpoint's count; None where nobody counted.
    """

    text: str
    refused: bool = False
    output_tokens: int | None = None
