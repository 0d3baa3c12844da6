"""A dataset's folder: which files are a split's, and what is refused rather than guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.trials.items.dataset import splits
from equipoise.trials.items.front_matter import front_matter
from equipoise.trials.items.source import SourceError, find_source

HEAD = """\
---
license: mit
tags: [a, b]
description: |
  Anything: at all, {"as": YAML} can say.
configs:
- config_name: default
  data_files:
  - split: train
    path: "data/train-*.jsonl"   # the larger part
  - split: test
    path:
    - data/test.jsonl
    - 'extra/*.jsonl'
- config_name: de
  data_files: "de/**"
size_categories:
- n<1K
---
# A card
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("data/train-0", "data/train-1", "data/test", "extra/more", "de/a", "de/b/c"):
        path = tmp_path / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"input": "x", "expected": "y"}\n')
    return tmp_path


def names(folder: Path) -> dict[str, list[str]]:
    return {
        split: [path.relative_to(folder).as_posix() for path in files]
        for split, files in splits(folder).items()
    }


def test_what_the_readme_says_comes_first(folder: Path) -> None:
    (folder / "README.md").write_text(HEAD)

    assert names(folder) == {
        "train": ["data/train-0.jsonl", "data/train-1.jsonl"],
        "test": ["data/test.jsonl", "extra/more.jsonl"],
        "de/train": ["de/a.jsonl", "de/b/c.jsonl"],
    }


def test_without_a_word_the_names_of_files_and_folders_tell(folder: Path) -> None:
    (folder / "README.md").write_text("# No head")

    assert names(folder) == {
        "test": ["data/test.jsonl"],
        "train": ["data/train-0.jsonl", "data/train-1.jsonl"],
    }


def test_files_whose_names_say_nothing_are_one_split(folder: Path) -> None:
    assert names(folder / "de") == {"train": ["a.jsonl", "b/c.jsonl"]}


def test_a_folder_named_like_a_split_is_one(tmp_path: Path) -> None:
    for name in ("validation", "test"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0000.csv").write_text("input,expected\n")

    assert names(tmp_path) == {"test": ["test/0000.csv"], "validation": ["validation/0000.csv"]}


def test_of_several_splits_none_is_guessed(folder: Path) -> None:
    with pytest.raises(SourceError) as several:
        find_source(folder, "", "input")
    with pytest.raises(SourceError) as unknown:
        find_source(folder, "dev", "input")

    assert several.value.reason == "has several splits"
    assert unknown.value.reason == "has no split 'dev'"
    assert all("one of test, train" in caught.value.advice for caught in (several, unknown))
    assert len(find_source(folder, "train", "input").files) == 2


@pytest.mark.parametrize("path", ["https://example.com/a.csv", "/etc/*.csv", "../*.jsonl"])
def test_no_file_outside_of_the_folder_is_named(path: str, folder: Path) -> None:
    (folder / "README.md").write_text(f"---\nconfigs:\n- data_files: '{path}'\n---\n")

    with pytest.raises(ValueError, match="outside"):
        splits(folder)


def test_arrow_files_are_said_to_be_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "data-00000-of-00001.arrow").write_bytes(b"ARROW1")

    with pytest.raises(ValueError, match="as Parquet"):
        splits(tmp_path)


@pytest.mark.parametrize(
    "head",
    [
        "configs:\n- &a\n  data_files: x",
        "configs:\n- data_files: {train: x}",
        "configs:\n- data_files: 'x",
        "configs:\n- config_name: a\n   data_files: x",
        "configs:\n- a\n-- no key",
        "configs:\n\t- a",
    ],
)
def test_what_is_not_understood_is_refused(head: str) -> None:
    with pytest.raises(ValueError, match="its"):
        front_matter(f"---\n{head}\n---\n", "configs")


@pytest.mark.parametrize("text", ["", "# no head", "---\nconfigs:\n", "---\nlicense: mit\n---\n"])
def test_a_readme_may_say_nothing(text: str) -> None:
    assert front_matter(text, "configs") is None
