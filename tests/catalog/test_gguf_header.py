"""The header of a GGUF file is read exactly, or refused with a word on what is wrong."""

from __future__ import annotations

import struct
import tracemalloc
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog import gguf_files
from tests.catalog.gguf_files import Tensor, text

from equipoise.catalog.gguf_header import GgufHeader, read_header
from equipoise.catalog.gguf_metadata import model_from_gguf
from equipoise.errors import ConfigurationError, EquipoiseError

SMALL = gguf_files.small()
ONE = [Tensor("a.weight", (32, 4), "f16")]


def read(content: bytes) -> GgufHeader:
    return read_header(content, len(content), "a.gguf")


def reason(content: bytes) -> str:
    """What is said to be wrong with a file."""
    with pytest.raises(ConfigurationError) as refused:
        read(content)
    (problem,) = refused.value.problems
    assert problem.path == "a.gguf"
    assert problem.suggestion
    return str(problem)


def begun(tensors: int, keys: int, rest: bytes = b"") -> bytes:
    """A file that claims so many tensors and keys, and what follows."""
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, keys) + rest


def test_every_kind_of_value_is_read() -> None:
    metadata = {"a": 7, "b": True, "c": "word", "d": [1, 2, 3], "e": ["x", "y"], "f": 0.5}
    beginning, size = gguf_files.header(metadata, ONE)
    found = read_header(beginning, size, "a.gguf")

    assert dict(found.metadata) == {"a": 7, "b": True, "c": "word", "d": (1, 2, 3), "f": 0.5}
    assert dict(found.lengths) == {"d": 3, "e": 2}


def test_a_tensor_has_its_shape_and_the_bytes_of_its_blocks() -> None:
    beginning, size = gguf_files.header({}, [Tensor("w", (512, 3), "q4_k"), *ONE])
    first, second = read_header(beginning, size, "a.gguf").tensors

    assert (first.name, first.shape, first.type, first.size) == ("w", (512, 3), "q4_k", 6 * 144)
    assert (second.elements, second.size) == (128, 256)


def test_a_whole_file_is_a_model() -> None:
    model = model_from_gguf([read(SMALL)], "a.gguf")

    assert model.architecture.parameters == 32 * 8 + 2 * 32 * (32 + 16 + 16 + 32)
    assert model.architecture.kv_bytes_per_token == 2 * 2 * 2 * 16
    assert model.architecture.vocabulary == 8


@given(st.integers(0, len(SMALL) - 1))
def test_any_beginning_of_a_file_is_refused(length: int) -> None:
    with pytest.raises(ConfigurationError):
        read(SMALL[:length])


@given(st.binary(max_size=400))
def test_any_bytes_are_a_model_or_an_error_of_ours(content: bytes) -> None:
    for beginning in (b"", b"GGUF", b"GGUF\x03\0\0\0", begun(1, 1)):
        with pytest.raises(EquipoiseError):
            model_from_gguf([read(beginning + content)], "a.gguf")


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 255))
def test_one_wrong_byte_gives_a_model_or_an_error_of_ours(place: int, byte: int) -> None:
    content = bytearray(SMALL)
    content[place] = byte
    try:
        model = model_from_gguf([read(bytes(content))], "a.gguf")
    except EquipoiseError:
        return
    assert model.architecture.parameters > 0


def test_what_is_no_gguf_file_says_so() -> None:
    assert "does not begin with GGUF" in reason(b"PK\x03\x04 and so on")
    assert "git lfs pull" in reason(b"version https://git-lfs.github.com/spec/v1\n")


@pytest.mark.parametrize("version", [0, 1, 4, 99])
def test_a_version_that_is_not_known_is_named(version: int) -> None:
    assert f"version {version}" in reason(b"GGUF" + struct.pack("<IQQ", version, 0, 0))


def test_the_other_byte_order_is_named() -> None:
    assert "big-endian" in reason(b"GGUF" + struct.pack(">IQQ", 3, 0, 0))


@pytest.mark.parametrize("content", [begun(2**60, 0), begun(0, 2**60), begun(2**63, 2**63)])
def test_absurd_counts_are_refused_before_anything_is_made(content: bytes) -> None:
    assert "which no model has" in reason(content)


@pytest.mark.parametrize(
    "rest",
    [
        struct.pack("<Q", 2**62),  # the length of a key
        text("k") + struct.pack("<IQ", 8, 2**62),  # of a text
        text("k") + struct.pack("<IIQ", 9, 4, 2**62),  # of a list of numbers
        text("k") + struct.pack("<IIQ", 9, 8, 2**62),  # of a list of texts
        text("k") + struct.pack("<IIQQ", 9, 8, 3, 2**62),  # of one of these
    ],
)
def test_absurd_lengths_take_no_room(rest: bytes) -> None:
    tracemalloc.start()
    said = reason(begun(0, 1, rest))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "ends within its header" in said
    assert most < 1_000_000


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (text("k") + struct.pack("<I", 77), "of type 77"),
        (text("k") + struct.pack("<IIQ", 9, 9, 1), "a list of type 9"),
        (text("") + struct.pack("<II", 4, 1), "has no name"),
    ],
)
def test_metadata_of_no_known_type_is_named(rest: bytes, said: str) -> None:
    assert said in reason(begun(0, 1, rest))


def test_a_key_that_stands_twice_is_named() -> None:
    entry = text("k") + struct.pack("<II", 4, 1)

    assert "a.gguf: k: stands twice" in reason(begun(0, 2, 2 * entry))


@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        (struct.pack("<I", 0), "0 dimensions"),
        (struct.pack("<I", 9), "9 dimensions"),
        (struct.pack("<IQIQ", 1, 32, 4, 0), "of type 4"),
        (struct.pack("<IQIQ", 1, 0, 0, 0), "the shape [0]"),
        (struct.pack("<IQIQ", 1, 33, 8, 0), "the shape [33]"),
        (struct.pack("<IQIQ", 1, 2**40, 0, 0), "its tensors need"),
        (struct.pack("<IQIQ", 1, 32, 0, 2**50), "its tensors need"),
    ],
)
def test_a_tensor_that_cannot_be_is_named(tensor: bytes, said: str) -> None:
    assert said in reason(begun(1, 0, text("w") + tensor))


def test_tensors_of_one_name_or_over_one_another_are_refused() -> None:
    beginning, _ = gguf_files.header({}, [*ONE, *ONE])
    place = struct.pack("<IQIQ", 1, 32, 0, 0)
    over = begun(2, 0, text("a") + place + text("b") + place).ljust(256, b"\0")

    assert "names a tensor twice" in reason(beginning.ljust(4_096, b"\0"))
    assert "its tensors need" in reason(over)


@pytest.mark.parametrize("alignment", [0, 3])
def test_an_alignment_is_a_power_of_two(alignment: int) -> None:
    beginning, size = gguf_files.header({"general.alignment": alignment}, ONE)

    assert "no power of two" in reason(beginning.ljust(size, b"\0"))


def test_a_header_without_end_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(begun(0, 1, text("k") + struct.pack("<IIQ", 9, 0, 2**40)))
    with path.open("r+b") as file:
        file.truncate(2**30)  # a hole, which takes no room
        with (
            mmap(file.fileno(), 0, access=ACCESS_READ) as data,
            pytest.raises(ConfigurationError) as refused,
        ):
            read_header(data, len(data), "a.gguf")

    assert "256 MiB" in str(refused.value.problems[0])
