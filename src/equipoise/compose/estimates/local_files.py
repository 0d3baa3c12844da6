"""The files of a model on this machine: which belong together, and their headers.

No tensor's data is read and nothing is unpickled: of a file of any size only the header is.
"""

from __future__ import annotations

import json
import mmap
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeGuard

from equipoise.catalog.gguf_header import MAGIC, GgufHeader, read_header
from equipoise.catalog.safetensors_header import (
    LENGTH_BYTES,
    LONGEST_HEADER,
    StoredTensor,
    header_length,
    read_tensors,
)
from equipoise.catalog.stored_model import refused

CONFIG = "config.json"
PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl"})
"""Files that run code when they are loaded; they are not opened."""

_INDEX = ".safetensors.index.json"
_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<suffix>\.\w+)")
_MOST_PARTS = 4_096
_LONGEST_CONFIG = 16 * 2**20
_DOWNLOAD = "Download the missing files into the same folder."


def begins_as_gguf(path: Path) -> bool:
    """Whether a file's first bytes are GGUF's, whatever it is called."""
    with _opened(path) as file:
        return file.read(len(MAGIC)) == MAGIC


def gguf_headers(path: Path) -> tuple[GgufHeader, ...]:
    """The header of a GGUF file, or of all parts of a split one, in order."""
    return tuple(_gguf_header(part) for part in _all_parts(path))


def safetensors(files: Sequence[Path]) -> tuple[StoredTensor, ...]:
    """The tensors of all these files; raises ConfigurationError where a name is there twice."""
    tensors = [tensor for file in files for tensor in _tensors(file)]
    if len({tensor.name for tensor in tensors}) < len(tensors):
        advice = "Keep the files of one model alone in the folder."
        raise refused(str(files[0].parent), "has a tensor in two of its files", advice)
    return tuple(tensors)


def safetensors_of(folder: Path) -> tuple[Path, ...]:
    """The files that are the model of a folder; none where it has no such files.

    By the index if there is one, which must find every file; else the only file, the one named
    `model`, or all parts of one model.
    """
    names = sorted(file.name for file in folder.iterdir())
    indexes = [name for name in names if name.endswith(_INDEX)]
    if indexes:
        usual = f"model{_INDEX}"
        index = usual if usual in indexes else one_model(folder, [Path(one) for one in indexes])
        return _indexed(folder / index)
    files = [folder / name for name in names if name.endswith(".safetensors")]
    if folder / "model.safetensors" in files:
        return (folder / "model.safetensors",)
    if not files:
        return ()
    return _all_parts(one_model(folder, files))


def one_model(folder: Path, files: Sequence[Path]) -> Path:
    """The file, or the first part, of the only model among these files."""
    first = {_stem(file): file for file in reversed(files)}
    if len(first) == 1:
        return next(iter(first.values()))
    listed = ", ".join(sorted(file.name for file in first.values())[:5])
    advice = f"Name one of its files: {listed}."
    raise refused(str(folder), f"holds {len(first)} models", advice)


def may_be_model(path: Path) -> bool:
    """Whether it is worth naming to somebody who looks for a model."""
    return path.suffix in {".gguf", ".safetensors"} or path.is_dir()


def stands_for_folder(path: Path) -> bool:
    """Whether a file describes the model of its folder: the config or an index of shards."""
    return path.name == CONFIG or path.name.endswith(_INDEX)


def is_part(path: Path) -> bool:
    """Whether a file is one of several that are a model together."""
    found = _PART.fullmatch(path.name)
    if found:
        return int(found["count"]) > 1
    indexes = path.parent.glob(f"*{_INDEX}")
    return any(path in files and len(files) > 1 for files in map(_indexed, indexes))


def config_beside(folder: Path) -> Mapping[str, object] | None:
    """The folder's config.json, parsed; None where there is none."""
    path = folder / CONFIG
    return json_object(path, _LONGEST_CONFIG) if path.exists() else None


def json_object(path: Path, longest: int) -> Mapping[str, object]:
    """A file that is one JSON object of at most so many bytes."""
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > longest:
            raise refused(str(path), f"has more than {longest:,} bytes", "It is no such file.")
        content = file.read(size)
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refused(str(path), "is not JSON", "Download it again.") from error
    if not isinstance(found, dict):
        raise refused(str(path), "is no JSON object", "Download it again.")
    return found


def _opened(path: Path) -> BinaryIO:
    try:
        if not path.is_file():
            what = "is no file" if path.exists() else "is not there"
            raise refused(str(path), what, "Check the path.")
        return path.open("rb")
    except OSError as error:
        advice = "Check the path and who may read it."
        raise refused(str(path), f"cannot be read: {error.strerror}", advice) from error


def _gguf_header(path: Path) -> GgufHeader:
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise refused(str(path), "is empty", "Download the file again.")
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            advice = "Copy it to a local disk."
            raise refused(str(path), "cannot be mapped into memory", advice) from error
        with data:
            return read_header(data, size, str(path))


def _tensors(path: Path) -> tuple[StoredTensor, ...]:
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        length = header_length(file.read(LENGTH_BYTES), size, str(path))
        return read_tensors(file.read(length), size - LENGTH_BYTES - length, str(path))


def _stem(path: Path) -> str:
    found = _PART.fullmatch(path.name)
    return found["stem"] if found else path.name


def _all_parts(path: Path) -> tuple[Path, ...]:
    """Every part of a model that one file is a part of, in order."""
    found = _PART.fullmatch(path.name)
    if found is None:
        return (path,)
    count = int(found["count"])
    if not 1 <= int(found["number"]) <= count <= _MOST_PARTS:
        raise refused(str(path), "is no part that its own name allows", "Rename it.")
    names = (
        f"{found['stem']}-{number:05}-of-{found['count']}{found['suffix']}"
        for number in range(1, count + 1)
    )
    return _present(path.parent, [path.parent / name for name in names])


def _present(folder: Path, files: Iterable[Path]) -> tuple[Path, ...]:
    files = tuple(files)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        reason = f"lacks {len(missing)} of the {len(files)} files of its model: {missing[0]}"
        raise refused(str(folder), reason, _DOWNLOAD)
    return files


def _indexed(index: Path) -> tuple[Path, ...]:
    """The files that an index of shards names, which lie beside it."""
    found = json_object(index, LONGEST_HEADER).get("weight_map")
    names = set(found.values()) if _is_map(found) else set()
    plain = all(name == Path(name).name and name.endswith(".safetensors") for name in names)
    if not 0 < len(names) <= _MOST_PARTS or not plain:
        reason = "names no safetensors files beside it under weight_map"
        raise refused(str(index), reason, "Download it again.")
    return _present(index.parent, [index.parent / name for name in sorted(names)])


def _is_map(value: object) -> TypeGuard[Mapping[str, str]]:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
