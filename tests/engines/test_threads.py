"""How many threads the engine gets, and the settings that tell its child."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.engines.threads import default_threads, usable_cores

CORES = usable_cores(Path("/no/such/folder"))


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 2), (64, 63)])
def test_one_core_is_left_free_where_there_is_more_than_one(cores: int, threads: int) -> None:
    assert default_threads(cores) == threads


def test_without_a_quota_the_process_may_use_the_cores_it_may_run_on() -> None:
    assert 1 <= CORES <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "max 100000\n"}, CORES),
        ({"cpu.max": "100000 100000\n"}, 1),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "150000 100000\n"}, min(2, CORES)),
        ({"cpu.max": "6400000 100000\n"}, CORES),
        ({"cpu.max": ""}, CORES),
        ({"cpu.max": "many of them\n"}, CORES),
        ({"cpu.max": "100000 0\n"}, CORES),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, CORES),
        ({"cpu/cpu.cfs_quota_us": "100000\n"}, CORES),
    ],
)
def test_a_containers_quota_bounds_the_cores(
    tmp_path: Path, files: dict[str, str], cores: int
) -> None:
    (tmp_path / "cpu").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content)

    assert usable_cores(tmp_path) == cores


def test_the_child_reads_the_settings_that_its_parent_wrote() -> None:
    settings = LlamaCppSettings("/a b/ü.gguf", "small", threads=3, slots=4, api_key="k")

    assert LlamaCppSettings.from_json(settings.to_json()) == settings


def test_a_setting_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        LlamaCppSettings.from_json('{"weights": "", "alias": "", "threads": 1, "colour": 2}')
