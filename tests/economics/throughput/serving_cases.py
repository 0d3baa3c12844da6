"""Models, machines, requests and times allowed to serve them in: round ones, and any."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from hypothesis import strategies as st

from equipoise.catalog import hardware
from equipoise.catalog.shapes import Shape
from equipoise.domain.evidence import Lengths
from equipoise.domain.model import Architecture

TEN_GIGABYTES = Shape("ten", Architecture(5e9, 5e9, 10, 100_000, 10e9, 32_768))
BOX = replace(
    hardware.find("l40s"),
    devices=1,
    memory_bytes=80e9,
    bandwidth=1e12,
    flops=1e14,
    flops_fp8=None,
    flops_fp4=None,
    link_bandwidth=None,
    id="box",
)
CALL = Lengths(input=1_000.0, shared_input=0.0, output=100.0, measured_by="the endpoint")

SHAPES = st.builds(
    lambda parameters, layers, kv, bytes_each: Shape(
        "made",
        Architecture(parameters, parameters, layers, kv, parameters * bytes_each, 131_072),
    ),
    st.floats(1e8, 1e11),
    st.integers(8, 120),
    st.integers(10_000, 500_000),
    st.sampled_from([0.6, 1.0, 2.0]),
)
# From a processor, which has little arithmetic for its bandwidth, to the newest accelerator.
MACHINES = st.builds(
    lambda name, devices, memory, bandwidth, intensity: replace(
        BOX,
        id=name,
        devices=1 if name.startswith("cpu-") else devices,
        memory_bytes=memory,
        bandwidth=bandwidth,
        flops=bandwidth * intensity,
    ),
    st.sampled_from(["box", "h100", "cpu-2vcpu"]),
    st.sampled_from([1, 2, 4, 8]),
    st.floats(4e9, 2e11),
    st.floats(1e10, 8e12),
    st.floats(2, 500),
)
CALLS = st.builds(
    lambda length, shared, output: Lengths(length, shared * length, output, "the endpoint"),
    st.floats(1, 20_000),
    st.floats(0, 1),
    st.floats(1, 4_000),
)
BOUNDS = st.sampled_from([0.001, 0.5, 5.0, 60.0, inf])
