"""A dataset's folder, as Hugging Face lays it out: which of its files hold a split.

Sources: huggingface.co/docs/hub/datasets-manual-configuration and …/datasets-file-names-and-splits,
read 2026-11. What the README says comes first, then the names of files and folders. Nothing is
fetched, and no file outside of the folder is read unless a link in it leads there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from equipoise.trials.items.front_matter import Value, front_matter
from equipoise.trials.items.queried import labels_of

ENDINGS: Final = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_PACKED: Final = ".gz"
_DESCRIPTIONS: Final = frozenset({"dataset_info.json", "dataset_infos.json", "state.json"})
_SPLITS: Final[Mapping[str, tuple[str, ...]]] = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_WHOLE: Final = "train"
"""What a dataset without any named split is called, there as here."""


def splits(folder: Path) -> Mapping[str, tuple[Path, ...]]:
    """The files of every split, in order of their names; of several subsets as `subset/split`.

    Raises ValueError, whose text says why, where the folder holds no dataset that can be read.
    """
    stated = _stated(folder)
    found = stated or _by_name(folder)
    if not found:
        if any(folder.rglob("*.arrow")):
            raise ValueError("it holds Arrow files: write them as Parquet (`to_parquet`)")
        raise ValueError(f"it holds no file that ends in {', '.join(ENDINGS)}")
    return {name: tuple(sorted(files)) for name, files in found.items()}


def label_names(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The names of columns that hold classes as numbers, as `dataset_info.json` has them."""
    path = folder / "dataset_info.json"
    return labels_of(path.read_bytes()) if path.is_file() else {}


def _stated(folder: Path) -> dict[str, set[Path]]:
    """What the README says; empty where it says nothing."""
    readme = folder / "README.md"
    if not readme.is_file():
        return {}
    configs = front_matter(readme.read_text(encoding="utf-8", errors="replace"), "configs")
    rows = [row for row in configs if isinstance(row, dict)] if isinstance(configs, list) else []
    rows = [row for row in rows if "data_files" in row]
    chosen = [row for row in rows if row.get("default") == "true" or len(rows) == 1]
    found: dict[str, set[Path]] = defaultdict(set)
    for row in rows:
        name = str(row.get("config_name", "default"))
        plain = row in chosen or (not chosen and name == "default")
        for split, pattern in _patterns(row["data_files"]):
            found[split if plain else f"{name}/{split}"] |= _matching(folder, pattern)
    return {split: files for split, files in found.items() if files}


def _patterns(data_files: Value) -> Iterator[tuple[str, str]]:
    """Splits and patterns: a pattern, a list of them, or a table a split with `path`."""
    if isinstance(data_files, str):
        yield _WHOLE, data_files
    elif isinstance(data_files, list):
        for part in data_files:
            if isinstance(part, dict):
                split, path = part.get("split", _WHOLE), part.get("path", [])
                yield from ((str(split), pattern) for pattern in _texts(path))
            else:
                yield from ((_WHOLE, pattern) for pattern in _texts(part))
    else:
        for split, path in data_files.items():
            yield from ((split, pattern) for pattern in _texts(path))


def _texts(value: Value) -> Sequence[str]:
    return [value] if isinstance(value, str) else [row for row in value if isinstance(row, str)]


def _matching(folder: Path, pattern: str) -> set[Path]:
    """The files of a pattern; it may be that of a folder."""
    if "://" in pattern or pattern.startswith("/") or ".." in Path(pattern).parts:
        raise ValueError("its README names files outside of it, and nothing is fetched")
    found = set(folder.glob(pattern))
    inside = {path for place in found if place.is_dir() for path in place.rglob("*")}
    return {path for path in found | inside if _is_data(path)}


def _by_name(folder: Path) -> dict[str, set[Path]]:
    found: dict[str, set[Path]] = defaultdict(set)
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        if _is_data(path) and not hidden:
            found[_split_of(path.relative_to(folder))].add(path)
    named = {split: files for split, files in found.items() if split}
    # Files beside those of a named split are no data of any, such as a card or a vocabulary.
    return named or ({_WHOLE: found[""]} if found else {})


def _split_of(path: Path) -> str:
    """The split that a file's name says, or the nearest folder's; empty where none does."""
    for part in (path.name, *(folder.name for folder in path.parents)):
        words = re.split(r"[^a-z]+", part.lower())
        for split, names in _SPLITS.items():
            if any(name in words for name in names):
                return split
    return ""


def _is_data(path: Path) -> bool:
    name = path.name.removesuffix(_PACKED)
    return name.endswith(ENDINGS) and path.name not in _DESCRIPTIONS and path.is_file()
