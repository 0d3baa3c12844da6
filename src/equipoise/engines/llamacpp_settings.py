"""How the embedded llama.cpp is started: a value the parent writes and the child reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class LlamaCppSettings:
    """Settings of one child.

    `context_per_slot` is what one request may use, in tokens: llama.cpp divides its whole context
    by its slots, so the whole is their product. `prompt_cache_mib` bounds the RAM cache, which
    would grow to 8 GiB by itself (llama.cpp issue 27725). `chat_template` replaces the model's own,
    or stands for one it does not have.
    """

    weights: str
    alias: str
    threads: int
    slots: int = 2
    context_per_slot: int = 2048
    prompt_cache_mib: int = 256
    chat_template: str = ""
    api_key: str = ""

    def to_json(self) -> str:
        """Write the settings for the child's standard input."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> LlamaCppSettings:
        """Read what `to_json` wrote; raises TypeError on an unknown field."""
        return cls(**json.loads(text))
