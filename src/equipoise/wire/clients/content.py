"""The text of a message, written as a string or as a list of text parts."""

from __future__ import annotations

from typing import Final

import msgspec

from equipoise.wire.clients.shape import Shape, refuse

# What lies between two parts is the server's choice. vLLM and llama.cpp put a line's end where a
# chat template takes text only (read 2026-11), so the same request reads the same through us.
JOIN: Final = "\n"

Content = str | list[msgspec.Raw] | None

_TEXT_ONLY: Final = "Only text is carried: send it as a string or as parts of type 'text'."


class TextPart(msgspec.Struct):
    """One part of a message; only those of type `text` are carried."""

    type: str
    text: str | None = None


def text_of(content: Content, part: Shape[TextPart], path: str) -> str:
    """Read the text; raises RequestRefusedError where there is none, or something else."""
    if isinstance(content, str):
        return content
    if not content:
        refuse(path, "expected text, found none", _TEXT_ONLY)
    return JOIN.join(_text(raw, part, f"{path}[{at}]") for at, raw in enumerate(content))


def _text(raw: msgspec.Raw, part: Shape[TextPart], path: str) -> str:
    read = part.read(raw, path)
    if read.type != "text":
        refuse(f"{path}.type", "expected 'text'", _TEXT_ONLY)
    if read.text is None:
        refuse(f"{path}.text", "expected text, found none", _TEXT_ONLY)
    return read.text
