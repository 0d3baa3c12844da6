"""What a client asked for."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.domain.request import Request


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A client's request in canonical form, and how it wants the answer told.

    `request.model` is the name that the client asked for; answers say that name, whichever target
    gave them, because that is the name the client knows. `include_usage` asks for the count of
    tokens at the end of a stream.
    """

    request: Request
    stream: bool
    include_usage: bool
