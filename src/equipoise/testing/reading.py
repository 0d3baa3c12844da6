"""A request off a connection, with its body whole.

Source: RFC 9112 (HTTP/1.1, June 2022), sections 2.1, 3 and 6 to 7.1.
"""

from __future__ import annotations

import asyncio
import json
from asyncio import StreamReader
from collections.abc import Callable, Mapping
from typing import Any, Final

from equipoise.testing.script import HttpRequest

HEAD_BYTES: Final = 1 << 20


async def read_request(
    reader: StreamReader, connection: int, now: Callable[[], float]
) -> HttpRequest | None:
    """The next request, or None where the client says no more.

    Raises IncompleteReadError where it breaks off, ValueError or LimitOverrunError (a head beyond
    `HEAD_BYTES`) at what is no HTTP/1.1, and ConnectionError.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, _, rest = first.partition(" ")
    path, _, version = rest.partition(" ")
    if version != "HTTP/1.1":
        raise ValueError(f"{first[:80]!r}")
    rows = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in rows}
    raw = await _body(reader, headers)
    return HttpRequest(method, path, headers, _object(raw), raw, connection, now())


async def _body(reader: StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    chunks: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while (await reader.readuntil(b"\r\n")) != b"\r\n":
        pass
    return b"".join(chunks)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
