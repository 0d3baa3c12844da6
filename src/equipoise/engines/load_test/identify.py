"""Which program answers at an endpoint, and in which version, where it says so itself.

Source: vLLM and SGLang answer `/version` resp. `/get_server_info`, llama.cpp's server `/props` with
`build_info`; read 2026-11. Asked at the endpoint's own address and nowhere else: redirects are not
followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from equipoise.engines.http import DIRECT

_SECONDS = 5.0
_LONGEST = 80


async def identify(base_url: str, key: str | None) -> str:
    """The engine's name and version, such as `vllm 0.11.0`; empty where it does not tell."""
    root = base_url.rstrip("/").removesuffix("/v1")
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(timeout=_SECONDS, mounts=DIRECT, headers=headers) as client:
        version, _ = await _get(client, f"{root}/version")
        if isinstance(found := version.get("version"), str):
            return _short(f"vllm {found}")
        props, server = await _get(client, f"{root}/props")
        if isinstance(found := props.get("build_info"), str):
            return _short(f"llama.cpp {found}")
        return _short(server)


async def _get(client: httpx2.AsyncClient, url: str) -> tuple[Mapping[str, Any], str]:
    """The JSON object that stands there, and the `server` header; both empty where none answers."""
    try:
        reply = await client.get(url)
        server = reply.headers.get("server", "")
        value = reply.json() if reply.status_code == httpx2.codes.OK else {}
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        return {}, ""
    return (value if isinstance(value, dict) else {}), server


def _short(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST]
