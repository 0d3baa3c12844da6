"""The header of a safetensors file is read exactly, or refused with a word on what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog import safetensors_files as files

from equipoise.catalog.safetensors_header import StoredTensor, header_length, read_tensors
from equipoise.errors import ConfigurationError, EquipoiseError

SMALL = files.file_of([("a", "BF16", (4, 2)), ("b", "F32", ()), ("c", "U8", (0,))])
GOOD: dict[str, Any] = {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}


def read(content: bytes) -> tuple[StoredTensor, ...]:
    """The tensors of a whole file, as a reader of files goes about it."""
    length = header_length(content[:8], len(content), "a.safetensors")
    header = content[8 : 8 + length]
    return read_tensors(header, len(content) - 8 - length, "a.safetensors")


def reason(content: bytes) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(content)
    (problem,) = refused.value.problems
    assert problem.path == "a.safetensors"
    assert problem.suggestion
    return str(problem)


def named(header: object, data: int = 12) -> str:
    """What is said to be wrong with a header of which the JSON is sound."""
    text = json.dumps(header).encode()
    return reason(len(text).to_bytes(8, "little") + text + bytes(data))


def test_tensors_have_their_types_shapes_and_bytes() -> None:
    assert read(SMALL) == (
        StoredTensor("a", "BF16", (4, 2), 16),
        StoredTensor("b", "F32", (), 4),
        StoredTensor("c", "U8", (0,), 0),
    )
    assert [tensor.elements for tensor in read(SMALL)] == [8, 1, 0]


def test_types_narrower_than_a_byte_are_counted_in_bits() -> None:
    text = json.dumps({"a": {"dtype": "F4", "shape": [3, 8], "data_offsets": [0, 12]}}).encode()

    assert read_tensors(text, 12, "a")[0].size == 12


@given(st.integers(0, len(SMALL) - 1))
def test_any_beginning_of_a_file_is_refused(length: int) -> None:
    with pytest.raises(ConfigurationError):
        read(SMALL[:length])


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    whole = len(content).to_bytes(8, "little") + content
    for file in (content, whole):
        with pytest.raises(EquipoiseError):
            read(file)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.fixed_dictionaries({key: JSON | st.just(value) for key, value in GOOD.items()}))
def test_any_entry_is_a_tensor_or_an_error_of_ours(entry: dict[str, Any]) -> None:
    text = json.dumps({"a": entry}).encode()
    try:
        found = read_tensors(text, 12, "a")
    except EquipoiseError:
        return
    assert found == (StoredTensor("a", "F16", (2, 3), 12),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "within its header"),
        (b"1234567", "within its header"),
        ((2**62).to_bytes(8, "little") + b"{}", "would have"),
        ((10**8 + 1).to_bytes(8, "little") + b"{}", "would have"),
        ((500).to_bytes(8, "little") + b"{}", "within a header of 500"),
        (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
        ((2).to_bytes(8, "little") + b"[]", "no JSON object"),
        ((2).to_bytes(8, "little") + b"{x", "not JSON"),
        ((2).to_bytes(8, "little") + b"\xff\xff", "not JSON"),
        ((40_000).to_bytes(8, "little") + b'{"a":' * 8_000, "not JSON"),
        ((2).to_bytes(8, "little") + b"{}", "holds no tensors"),
    ],
)
def test_what_cannot_be_a_header_is_said(content: bytes, said: str) -> None:
    assert said in reason(content)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dtype": "F7"}, "of type 'F7'"),
        ({"dtype": ["F16"]}, "of type"),
        ({"shape": [2, -3]}, "no shape"),
        ({"shape": [2, 3.0]}, "no shape"),
        ({"shape": [2, 2**70]}, "no shape"),
        ({"shape": [2**62] * 32}, "takes 12 bytes where"),
        ({"shape": [1] * 40}, "no shape"),
        ({"shape": [2, 4]}, "takes 12 bytes where F16 of its shape takes 16"),
        ({"data_offsets": [0]}, "where its data lies"),
        ({"data_offsets": [12, 0]}, "takes -12 bytes"),
        ({"data_offsets": [1, 13]}, "where its tensors take 13"),
    ],
)
def test_a_tensor_that_cannot_be_is_named(changes: dict[str, Any], said: str) -> None:
    assert said in named({"a": {**GOOD, **changes}})


def test_an_entry_is_an_object() -> None:
    assert "a.safetensors: a: is no JSON object" in named({"a": 7})


def test_data_is_all_there_and_not_more() -> None:
    assert "has 11 bytes of data where its tensors take 12" in named({"a": GOOD}, 11)
    assert "has 13 bytes of data" in named({"a": GOOD}, 13)


def test_tensors_do_not_lie_over_one_another() -> None:
    assert "12 bytes of data" in named({"a": GOOD, "b": GOOD})
