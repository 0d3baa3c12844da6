"""Which family of engines a name belongs to, as measurements write names."""

from __future__ import annotations

import re
from functools import lru_cache

# What a name contains, tried in order, and the family that is then meant.
_FAMILIES = (
    ("splitwise", "vllm-2023"),
    ("sglang", "sglang"),
    ("tensorrt", "trtllm"),
    ("trt", "trtllm"),
    ("vllm", "vllm"),
    ("mango", "vllm"),
    ("aphrodite", "vllm"),
    ("llama.cpp", "llama.cpp"),
    ("llama-cpp", "llama.cpp"),
    ("llama_cpp", "llama.cpp"),
    ("llamacpp", "llama.cpp"),
    ("llama-server", "llama.cpp"),
    ("llama-bench", "llama.cpp"),
    ("llamafile", "llama.cpp"),
    ("kobold", "llama.cpp"),
    ("ollama", "llama.cpp"),
    ("lm studio", "llama.cpp"),
    ("lmstudio", "llama.cpp"),
    ("mlx", "mlx"),
    ("exllama", "exllama"),
    ("tabby", "exllama"),
    ("tgi", "tgi"),
    ("text-generation-inference", "tgi"),
    ("lmdeploy", "lmdeploy"),
    ("turbomind", "lmdeploy"),
    ("mlc", "mlc"),
    ("transformers", "transformers"),
    ("huggingface", "transformers"),
    ("hugging face", "transformers"),
)
_EXACT = {"hf": "transformers", "pytorch": "transformers", "max": "max"}
_VERSION = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?")
_BUILD, _DATED = re.compile(r"b(\d+)"), re.compile(r"20\d\d-\d\d")
_BUILD_WITH_GRAPHS, _DATE_WITH_GRAPHS = 3000, "2024-06"  # llama.cpp merged them in May 2024
_OLDER = "llama.cpp-2024"
_FIRST_WITH_GRAPHS = (0, 2, 7)  # vLLM's first version that replays captured graphs, January 2024


@lru_cache(maxsize=1024)
def engine_family(name: str, version: str = "") -> str:
    """The family an engine belongs to by what its name contains; the name itself where unknown."""
    text = name.strip().lower()
    found = _EXACT.get(text) or next((family for part, family in _FAMILIES if part in text), text)
    stated = _VERSION.match(version.strip().lower())
    if found == "vllm" and stated:
        numbers = tuple(int(part or 0) for part in stated.groups())
        return "vllm-2023" if numbers < _FIRST_WITH_GRAPHS else found
    return found


@lru_cache(maxsize=1024)
def generation(family: str, version: str) -> str:
    """The family, or its older self where a version is from before it replayed captured graphs."""
    if family != "llama.cpp":
        return family
    text = version.strip().lower()
    build, dated = _BUILD.match(text), _DATED.match(text)
    old = (build and int(build[1]) < _BUILD_WITH_GRAPHS) or (dated and dated[0] < _DATE_WITH_GRAPHS)
    return _OLDER if old else family
