"""Seconds and memory that reading usage exports of millions of rows takes.

Writes exports of its own to a temporary folder and reads each in a process of its own; with
`--json` a log of JSON lines as well.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from goals import Goal, report

_MILLION = 10**6
_MODELS = ("gpt-5-mini", "gpt-5", "text-embedding-3-small")
_HEADER = (
    "start_time,end_time,start_time_iso,project_id,user_id,api_key_id,model,batch,service_tier,"
    "input_tokens,input_cached_tokens,output_tokens,num_model_requests\n"
)
_READ = """
import sys
from pathlib import Path
from equipoise.exports.reading import ReadingOrder, read_exports
class Silent:
    def advance(self, label, done, total): pass
reading = read_exports(ReadingOrder((Path(sys.argv[1]),), {}), Silent())
sys.exit(sum(line.rows for line in reading.lines) != int(sys.argv[2]))
"""


def usage() -> Iterator[str]:
    """Rows of a usage report: 30 days, 20 projects, 200 keys, and a user a row."""
    yield _HEADER
    number = 0
    while True:
        start = 1790812800 + 86400 * (number % 30)
        yield (
            f"{start},{start + 86400},x,proj_{number % 20},user-{number},key_{number % 200},"
            f"{_MODELS[number % 3]},false,default,{1000 + number % 900},{number % 100},"
            f"{number % 500},{number % 7}\n"
        )
        number += 1


def log() -> Iterator[str]:
    """Rows of a log: a request a row, each with a key of its own."""
    number = 0
    while True:
        yield (
            f'{{"time": "2026-10-{1 + number % 30:02d}T10:00:00Z", "request_id": "req_{number}", '
            f'"api_key_id": "key_{number}", "model": "{_MODELS[number % 3]}", "usage": '
            f'{{"prompt_tokens": {number % 900}, "completion_tokens": {number % 300}}}, '
            '"metadata": {"team": "a"}, "messages": [{"role": "user", "content": "Hello"}]}\n'
        )
        number += 1


def measured(rows: Callable[[], Iterator[str]], count: int, lines: int) -> tuple[float, float]:
    """Seconds and peak megabytes of a process that reads `count` rows, in a file of `lines`."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "export"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(islice(rows(), lines))
        start = time.monotonic()
        child = os.posix_spawn(
            sys.executable, [sys.executable, "-c", _READ, str(file), str(count)], os.environ
        )
        _, status, used = os.wait4(child, 0)
        if status:
            raise SystemExit(f"{count:,} rows were not read as {count:,} rows")
        return time.monotonic() - start, used.ru_maxrss / 1024


def main() -> int:
    """Measure and report."""
    seconds, memory = measured(usage, _MILLION, _MILLION + 1)
    all_seconds, all_memory = measured(usage, 10 * _MILLION, 10 * _MILLION + 1)
    goals = [
        Goal("usage of 1 million rows", seconds, 0, 60, "s"),
        Goal("usage of 10 million rows", all_seconds, 0, 60, "s"),
        Goal("usage of 1 million rows, memory", memory, 0, 500, "MB"),
        Goal("usage of 10 million rows, memory", all_memory, 0, 1.5 * memory + 100, "MB"),
    ]
    if "--json" in sys.argv[1:]:
        seconds, memory = measured(log, _MILLION, _MILLION)
        goals += [
            Goal("log of 1 million JSON lines", seconds, 0, 60, "s"),
            Goal("log of 1 million JSON lines, memory", memory, 0, 1024, "MB"),
        ]
    return report(goals)


if __name__ == "__main__":
    sys.exit(main())
