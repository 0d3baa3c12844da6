"""A file that does not fit in memory is read all the same, and gives the same items each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROWS, LETTERS = 60_000, 4_000
MEGABYTES = 260
"""What the process may take in all: some 60 for Python and its libraries, some 140 for what is
kept. The file has 240."""

READ = """
import resource, sys
from pathlib import Path
from equipoise.config.items_file import ItemsOrder, read_ordered

found = read_ordered(ItemsOrder(Path(sys.argv[1]), seed=7, wanted=60))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(found.lines, len(found.problems), len(found.items), found.items[0].id, peak)
"""


def read(path: Path) -> list[str]:
    command = [sys.executable, "-c", READ, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.slow
def test_memory_stays_bounded_and_the_draw_the_same(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    with path.open("w") as file:
        for number in range(ROWS):
            row = {"id": f"i{number}", "input": f"{number} " + "x" * LETTERS, "expected": "y"}
            file.write(json.dumps(row) + "\n")
    *first, peak = read(path)
    *again, _ = read(path)

    assert first == again
    assert first[:2] == [str(ROWS), "0"]
    assert 60 <= int(first[2]) < 20_000
    assert int(peak) < MEGABYTES
