"""What a sequence holds in the cache: figures from papers and by hand, and what must hold."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import hardware, models, shapes
from equipoise.domain.evidence import Lengths
from equipoise.domain.model import (
    Architecture,
    AttentionGroup,
    AttentionKind,
    kv_bytes_per_token,
)
from equipoise.economics.kv_cache import held_bytes, marginal_bytes, read_bytes
from equipoise.economics.throughput.serving import serving_rate

GIB = 2**30
FULL, LATENT, WINDOW, STATE = AttentionKind

# Model, tokens, bytes: layers × heads × (keys + values) × 2 bytes × tokens, a line a group.
HELD = [
    ("llama-3.1-8b-instruct", 131_072, 16 * GIB),
    ("llama-3.1-70b-instruct", 131_072, 40 * GIB),
    ("llama-3.1-405b-instruct", 131_072, 63 * GIB),
    # Jamba's paper, arXiv 2403.19887, table 1: a context of 256 Ki.
    ("llama-2-7b-chat", 262_144, 128 * GIB),
    ("mistral-7b-instruct-v0.3", 262_144, 32 * GIB),
    ("mixtral-8x7b-instruct-v0.1", 262_144, 32 * GIB),
    ("jamba-1.5-mini", 262_144, 4 * GIB + 28 * 2 * 8_192 * (16 + 3)),
    ("qwen3-32b", 32_768, 8 * GIB),
    ("qwen2.5-7b-instruct", 1, 57_344),
    # One latent vector of 512 + 64 in each of 61 layers.
    ("deepseek-v3", 163_840, 61 * 576 * 2 * 163_840),
    ("kimi-k2-instruct", 1_000, 70_272_000),
    # Half of the layers keep 128 tokens.
    ("gpt-oss-120b", 100, 73_728 * 100),
    ("gpt-oss-120b", 131_072, 36_864 * (131_072 + 128)),
    ("gpt-oss-20b", 128, 49_152 * 128),
    ("gemma-3-270m", 32_768, 1_024 * (3 * 32_768 + 15 * 512)),
    ("gemma-3-27b-it", 131_072, 8_192 * (10 * 131_072 + 52 * 1_024)),
    ("gemma-2-9b-it", 8_192, 8_192 * (21 * 8_192 + 21 * 4_096)),
    ("command-r7b-12-2024", 100_000, 4_096 * (8 * 100_000 + 24 * 4_096)),
    ("llama-4-scout-17b-16e-instruct", 1_048_576, 4_096 * (12 * 1_048_576 + 36 * 8_192)),
    # Global layers have 2 heads of 512, the others 8 of 256.
    ("gemma-4-26b-a4b-it", 262_144, 5 * 4_096 * 262_144 + 25 * 8_192 * 1_024),
    # Keys of 192 and values of 128; 4 heads where all is seen, 8 where 128 tokens are.
    ("mimo-v2-flash", 10_000, 2 * 320 * (9 * 4 * 10_000 + 39 * 8 * 128)),
    # Gemma 3n: 20 of 35 layers keep anything.
    ("gemma-3n-e4b-it", 32_768, 2_048 * (4 * 32_768 + 16 * 512)),
    # States: heads × dimensions × state, and three inputs of the convolution.
    ("qwen3-next-80b-a3b-instruct", 262_144, 6 * GIB + 36 * 2 * (524_288 + 3 * 8_192)),
    ("qwen3.5-27b", 262_144, 16 * GIB + 48 * (4 * 786_432 + 2 * 3 * 10_240)),
    ("nemotron-3-nano-30b-a3b", 262_144, 1.5 * GIB + 23 * (4 * 524_288 + 2 * 3 * 6_144)),
    ("granite-4.0-h-tiny", 131_072, GIB + 36 * 2 * (393_216 + 3 * 3_328)),
    ("falcon-h1-7b-instruct", 1_000, 45_056_000 + 44 * 2 * (786_432 + 3 * 3_584)),
    ("falcon-mamba-7b-instruct", 1_000_000, 64 * 2 * 8_192 * (16 + 3)),
    ("minimax-m1-80k", 1_000_000, 40_960_000_000 + 70 * 2 * 64 * 128 * 128),
]


def sized(name: str) -> Architecture:
    architecture = models.find(name).architecture
    assert architecture is not None
    return architecture


def built(*attention: AttentionGroup) -> Architecture:
    held = kv_bytes_per_token(attention)
    return Architecture(1e9, 1e9, 32, held, 2e9, 131_072, attention=attention)


KEPT = {"kv_heads": st.integers(1, 64), "head_dim": st.sampled_from([64, 128, 256])}
GROUPS = st.one_of(
    st.builds(AttentionGroup, st.just(FULL), st.integers(1, 99), **KEPT, sharers=st.integers(0, 9)),
    st.builds(
        AttentionGroup,
        st.just(WINDOW),
        st.integers(1, 99),
        **KEPT,
        value_dim=st.sampled_from([None, 64, 128]),
        window=st.integers(1, 8_192),
    ),
    st.builds(AttentionGroup, st.just(LATENT), st.integers(1, 99), width=st.integers(1, 1_024)),
    st.builds(
        AttentionGroup, st.just(STATE), st.integers(1, 99), state_bytes=st.integers(1, 10**8)
    ),
)
ARCHITECTURES = st.lists(GROUPS, min_size=1, max_size=4).map(lambda groups: built(*groups))
TOKENS = st.integers(0, 1_000_000)
DEVICES = st.sampled_from([1, 2, 4, 8])


@pytest.mark.parametrize(("name", "tokens", "expected"), HELD)
def test_a_sequence_holds_what_its_layers_keep(name: str, tokens: int, expected: float) -> None:
    assert held_bytes(sized(name), tokens) == expected


def test_a_figure_alone_is_taken_for_full_attention() -> None:
    alone = Architecture(8e9, 8e9, 32, 131_072, 16e9, 131_072)
    layered = sized("llama-3.1-8b-instruct")

    for measure in (held_bytes, read_bytes, marginal_bytes):
        assert measure(alone, 5_000) == measure(layered, 5_000)
        assert measure(alone, 5_000, element_bytes=1.0) == measure(layered, 5_000) / 2


def test_narrower_elements_shrink_what_grows_and_leave_states_alone() -> None:
    hybrid = sized("qwen3-next-80b-a3b-instruct")
    states = held_bytes(hybrid, 0)

    assert states > 0
    assert (
        held_bytes(hybrid, 10_000, element_bytes=1.0) - states
        == (held_bytes(hybrid, 10_000) - states) / 2
    )


def test_every_device_has_its_copy_of_a_latent_vector() -> None:
    latent = sized("deepseek-v3")

    assert held_bytes(latent, 1_000, devices=8) == 8 * held_bytes(latent, 1_000)


@pytest.mark.parametrize(("devices", "copies"), [(1, 1), (4, 1), (8, 1), (16, 2)])
def test_heads_are_divided_until_there_is_one_a_device(devices: int, copies: int) -> None:
    eight_heads = sized("llama-3.3-70b-instruct")

    assert held_bytes(eight_heads, 1_000, devices=devices) == copies * 327_680_000


def test_a_layer_that_shares_reads_what_it_does_not_hold() -> None:
    shares = sized("gemma-3n-e4b-it")
    held, read = held_bytes(shares, 100), read_bytes(shares, 100)

    assert held == 100 * 20 * 2_048
    assert read == 100 * 35 * 2_048


def test_a_token_adds_less_once_the_windows_are_full() -> None:
    alternating = sized("gpt-oss-120b")

    assert marginal_bytes(alternating, 0) == 73_728
    assert marginal_bytes(alternating, 127) == 73_728
    assert marginal_bytes(alternating, 128) == 36_864 == alternating.kv_bytes_per_token
    assert marginal_bytes(alternating, 100_000) == 36_864


def test_windows_let_a_machine_serve_more_at_once() -> None:
    machine = hardware.find("h100")
    long = Lengths(input=30_000.0, shared_input=0.0, output=500.0, measured_by="the endpoint")
    windowed = shapes.of_model("gemma-3-27b-it")
    unaware = replace(
        windowed,
        architecture=replace(windowed.architecture, attention=(), kv_bytes_per_token=62 * 8_192),
    )
    aware, blind = (serving_rate(shape, machine, long, inf) for shape in (windowed, unaware))

    assert aware.batch > blind.batch > 0
    assert aware.requests_per_second > blind.requests_per_second


@given(ARCHITECTURES, TOKENS, TOKENS, DEVICES)
def test_a_longer_sequence_never_holds_less(
    architecture: Architecture, one: int, other: int, devices: int
) -> None:
    short, long = sorted((one, other))

    assert held_bytes(architecture, short, devices=devices) <= held_bytes(
        architecture, long, devices=devices
    )


@given(ARCHITECTURES, TOKENS)
def test_it_never_grows_faster_than_if_every_layer_saw_everything(
    architecture: Architecture, tokens: int
) -> None:
    whole = sum(2 * row.layers * row.elements_per_token for row in architecture.attention)

    assert architecture.kv_bytes_per_token <= marginal_bytes(architecture, tokens) <= whole
    assert held_bytes(architecture, tokens) <= held_bytes(architecture, 0) + tokens * whole


@given(ARCHITECTURES, TOKENS)
def test_beyond_every_window_a_token_adds_the_architectures_figure(
    architecture: Architecture, tokens: int
) -> None:
    beyond = tokens + max(row.window for row in architecture.attention)

    assert marginal_bytes(architecture, beyond) == architecture.kv_bytes_per_token


@given(ARCHITECTURES, TOKENS, DEVICES)
def test_what_is_read_is_at_least_what_is_held_and_more_devices_never_hold_less(
    architecture: Architecture, tokens: int, devices: int
) -> None:
    held = held_bytes(architecture, tokens, devices=devices)

    assert read_bytes(architecture, tokens, devices=devices) >= held
    assert held_bytes(architecture, tokens) <= held <= devices * held_bytes(architecture, tokens)
