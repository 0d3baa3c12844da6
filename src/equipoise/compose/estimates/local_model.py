"""A model that the catalog does not know, read from its files: no tensor's data is ever read."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from equipoise.catalog.gguf_metadata import model_from_gguf
from equipoise.catalog.safetensors_model import model_from_config, model_from_safetensors
from equipoise.catalog.shapes import Shape
from equipoise.catalog.stored_model import StoredModel, refused
from equipoise.compose.estimates import local_files
from equipoise.domain.model import Architecture
from equipoise.economics.throughput import memory
from equipoise.economics.throughput.precision import FORMATS, WeightFormat, weight_format

_PART = re.compile(r"-\d{5}-of-\d{5}$")
_CACHED = re.compile(r"models--(.+?)--(.+)")
_CONVERT = (
    "Save the model with save_pretrained, which writes safetensors: a pickle runs code when it is"
    " loaded, and is not opened here."
)


@dataclass(frozen=True, slots=True)
class LocalModel:
    """What sizing needs of the weights in a file or a folder.

    - `name`: what the file or the folder is called.
    - `architecture`, and `shape`: the same with its experts, as the throughput estimator takes it.
    - `weights`: the format, whose `bytes_each` are the file's own, scales included.
    - `stored_as`: the format as the file has it, which `weights` may only come close to.
    - `parameters`: a count; `weight_bytes`: of all tensors that serve.
    - `source`: the path and what of it was read.
    - `notes`: what was assumed, left out or is not known, one sentence each.
    """

    name: str
    architecture: Architecture
    shape: Shape
    weights: WeightFormat
    stored_as: str
    parameters: int
    weight_bytes: int
    source: str
    notes: tuple[str, ...] = ()


def read_local_model(path: Path) -> LocalModel:
    """Read a Hugging Face folder, a `.safetensors` file or a `.gguf` file.

    Raises ConfigurationError where it cannot be read or does not say enough, and
    UnknownModelError where there is no rule for its architecture.
    """
    try:
        stored, read = _folder(path) if path.is_dir() else _file(path)
    except OSError as error:
        advice = "Check the path and who may read it."
        raise refused(str(path), f"cannot be read: {error.strerror}", advice) from error
    name = _name(path, stored)
    shape = Shape(
        name,
        stored.architecture,
        stored.experts,
        stored.experts_used,
        assumed=stored.assumed,
    )
    return LocalModel(
        name=name,
        architecture=stored.architecture,
        shape=shape,
        weights=_weights(stored, shape),
        stored_as=stored.stored_as,
        parameters=int(stored.architecture.parameters),
        weight_bytes=int(stored.architecture.weight_bytes),
        source=f"{path}: {read}",
        notes=stored.notes,
    )


def _file(path: Path) -> tuple[StoredModel, str]:
    if not path.exists():
        beside = [one.name for one in path.parent.glob("*") if local_files.may_be_model(one)]
        nearby = difflib.get_close_matches(path.name, beside, 1)
        advice = f"Did you mean {path.parent / nearby[0]}?" if nearby else "Check the path."
        raise refused(str(path), "no such file", advice)
    if path.suffix in local_files.PICKLES:
        raise refused(str(path), "is a pickle", _CONVERT)
    if local_files.stands_for_folder(path):
        return _folder(path.parent)
    if path.suffix == ".gguf" or local_files.begins_as_gguf(path):
        return _gguf(path)
    if path.suffix != ".safetensors":
        advice = "Name a folder with config.json, a .safetensors or a .gguf file."
        raise refused(str(path), "is neither a GGUF nor a safetensors file", advice)
    if local_files.is_part(path):
        reason = "is one of several files of a model"
        raise refused(str(path), reason, f"Name their folder: {path.parent}.")
    return _safetensors(path, (path,))


def _folder(path: Path) -> tuple[StoredModel, str]:
    files = local_files.safetensors_of(path)
    if files:
        return _safetensors(path, files)
    found = sorted(path.iterdir())
    gguf = [one for one in found if one.suffix == ".gguf" and "mmproj" not in one.name]
    if gguf:
        return _gguf(local_files.one_model(path, gguf))
    pickles = [one.name for one in found if one.suffix in local_files.PICKLES]
    if pickles:
        raise refused(str(path), f"has its weights in a pickle, {pickles[0]}", _CONVERT)
    config = local_files.config_beside(path)
    if config is not None:
        return model_from_config(config), "config.json alone"
    below = [one for one in (path / "snapshots").glob("*") if one.is_dir()]
    advice = "Name a folder with config.json beside its *.safetensors files, or with a .gguf file."
    if below:
        advice = f"Name the folder of one snapshot: {below[0]}."
    raise refused(str(path), "holds no model", advice)


def _gguf(path: Path) -> tuple[StoredModel, str]:
    headers = local_files.gguf_headers(path)
    parts = f" of {len(headers)} parts" if len(headers) > 1 else ""
    return model_from_gguf(headers, str(path)), f"GGUF metadata and tensor shapes{parts}"


def _safetensors(path: Path, files: tuple[Path, ...]) -> tuple[StoredModel, str]:
    config = local_files.config_beside(files[0].parent)
    stored = model_from_safetensors(local_files.safetensors(files), config, str(path))
    what = f"the headers of {len(files)} safetensors files" if len(files) > 1 else "its header"
    return stored, what if config is None else f"config.json and {what}"


def _name(path: Path, stored: StoredModel) -> str:
    """The file's or the folder's; the repository's where it lies in the hub's own cache."""
    # Links are not followed: the hub's cache links to files that are named by their digest.
    place = path.resolve() if ".." in path.parts else path.absolute()
    if local_files.stands_for_folder(place):
        place = place.parent
    for folder in (place, *place.parents):
        cached = _CACHED.fullmatch(folder.name)
        if cached and place.suffix != ".gguf":
            return f"{cached[1]}/{cached[2]}"
    if place.is_dir():
        return place.name
    named = place.suffix in {".gguf", ".safetensors"}
    return _PART.sub("", place.stem) if named else stored.name or place.name


def _weights(stored: StoredModel, shape: Shape) -> WeightFormat:
    """The known format that is nearest, of as many bytes a parameter as the file has.

    What llama.cpp runs is computed in its own kernels, whatever the numbers are called. Where only
    experts are in four bits the rest is taken for 16, and the bytes left are theirs.
    """
    total, size = stored.architecture.parameters, stored.architecture.weight_bytes
    known = weight_format(stored.stored_as) or FORMATS["iq2_xxs" if stored.gguf else "int4"]
    if stored.gguf and known.family != "wide":
        return replace(known, bytes_each=size / total, arithmetic=16, family="gguf")
    dense, routed = memory.parts(shape)
    if known.family == "fp4" and routed:
        each = (size - 2 * dense) / routed
        if 0 < each < 2:
            return replace(known, bytes_each=each)
        return replace(known, bytes_each=size / total, family="int4")
    return replace(known, bytes_each=size / total)
