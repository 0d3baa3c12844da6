"""What one sequence's past takes in memory: exact bytes, layer group by layer group.

Sizes are totals over all devices of one replica under tensor parallelism. That divides heads
among the devices and keeps at least one on each, so fewer heads than devices are held several
times; a latent vector cannot be divided, and every device holds all of it. An engine that spreads
whole sequences instead (data-parallel attention) holds each once: `devices` is then 1. Engines
allot whole blocks of, say, 16 tokens, which is not counted.
"""

from __future__ import annotations

from equipoise.domain.model import Architecture, AttentionGroup, AttentionKind

_SIXTEEN_BIT = 2.0


def held_bytes(
    architecture: Architecture,
    tokens: float,
    *,
    element_bytes: float = _SIXTEEN_BIT,
    devices: int = 1,
) -> float:
    """Bytes that a sequence of `tokens` holds, at `element_bytes` an element of the cache.

    A window holds its last tokens only, a state the same at any length and precision.
    """
    if not architecture.attention:
        return tokens * architecture.kv_bytes_per_token * element_bytes / _SIXTEEN_BIT
    return sum(
        row.layers * _layer_bytes(row, tokens, element_bytes, devices)
        for row in architecture.attention
    )


def read_bytes(
    architecture: Architecture,
    tokens: float,
    *,
    element_bytes: float = _SIXTEEN_BIT,
    devices: int = 1,
) -> float:
    """Bytes of it that generating the next token reads: a layer that shares another's reads too."""
    if not architecture.attention:
        return tokens * architecture.kv_bytes_per_token * element_bytes / _SIXTEEN_BIT
    return sum(
        (row.layers + row.sharers) * _layer_bytes(row, tokens, element_bytes, devices)
        for row in architecture.attention
    )


def marginal_bytes(
    architecture: Architecture,
    tokens: float,
    *,
    element_bytes: float = _SIXTEEN_BIT,
    devices: int = 1,
) -> float:
    """Bytes that one token more adds to a sequence of `tokens`: less once windows are full."""
    more = held_bytes(architecture, tokens + 1, element_bytes=element_bytes, devices=devices)
    return more - held_bytes(architecture, tokens, element_bytes=element_bytes, devices=devices)


def _layer_bytes(group: AttentionGroup, tokens: float, element_bytes: float, devices: int) -> float:
    if group.kind is AttentionKind.STATE:
        return group.state_bytes
    kept = min(tokens, group.window) if group.kind is AttentionKind.WINDOW else tokens
    if group.kind is AttentionKind.LATENT:
        copies = float(devices)
    else:
        copies = max(group.kv_heads, devices) / group.kv_heads
    return kept * group.elements_per_token * element_bytes * copies
