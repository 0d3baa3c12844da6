"""What a job may do, and what is left of it: nothing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from equipoise.engines.sandbox import Ended, Job, Limits, Part, run

QUICK = Limits(wall_seconds=2, cpu_seconds=1, memory_bytes=256 * 2**20)


def done(source: str, *more: str, limits: Limits = QUICK) -> Ended:
    """How a job of a source and of parts that may fail ends, isolated as far as can be."""
    parts = (Part("job", source), *(Part(f"part {n}", text, False) for n, text in enumerate(more)))
    return run(Job(parts, needs_isolation=False), limits)


def _running(word: str) -> list[str]:
    """The command lines of this machine's processes that hold a word."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += (
                [text] if word in (text := file.read_bytes().decode("utf-8", "replace")) else []
            )
    return found


@pytest.fixture(scope="module")
def isolated() -> None:
    """Skip where this kernel, or the container it runs, lets nobody isolate anything."""
    if done("pass").exposed:
        pytest.skip("no user namespaces here")


def test_parts_share_their_names_and_the_report_says_what_each_died_of() -> None:
    ended = done("def f(x):\n    return x + 1", "assert f(1) == 2", "assert f(1) == 3", "1 /")

    assert ended.whole
    assert [(part.read, part.error.partition(":")[0]) for part in ended.parts] == [
        (True, ""),
        (True, ""),
        (True, "AssertionError"),
        (False, "SyntaxError"),
    ]


def test_the_standard_library_is_there_and_nothing_else() -> None:
    ended = done(
        "import decimal, json, math, random, statistics, tempfile, unicodedata", "import numpy"
    )

    assert [part.error.partition(":")[0] for part in ended.parts] == ["", "ModuleNotFoundError"]


@pytest.mark.parametrize(
    ("source", "killed"),
    [("while True: pass", "time SIGKILL SIGXCPU"), ("import time; time.sleep(60)", "time"),
     ("import ctypes; ctypes.string_at(0)", "SIGSEGV")],
)  # fmt: skip
def test_what_does_not_end_is_ended(source: str, killed: str) -> None:
    started = time.monotonic()
    ended = done(source)

    assert not ended.whole
    assert ended.killed in killed.split()
    assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    "source",
    ["x = 'a' * 10**10", "open('big', 'wb').write(b'0' * 10**9)",
     "files = [open('/dev/null') for _ in range(1000)]", "input()"],
)  # fmt: skip
def test_what_takes_too_much_or_waits_for_words_gets_an_error(source: str) -> None:
    assert done(source).parts[0].error


@pytest.mark.parametrize("ending", ["import os; os._exit(0)", "raise SystemExit(0)"])
def test_a_job_that_leaves_early_has_not_come_to_its_end(ending: str) -> None:
    assert not done(ending, "assert False").whole


def test_what_a_job_prints_goes_nowhere_and_its_report_is_cut() -> None:
    assert done("print('x' * 10**7)").whole

    started = time.monotonic()
    ended = done("import os\nwhile True: os.write(3, b'x' * 10**6)")
    assert not ended.whole
    assert time.monotonic() - started < 8


def test_a_job_s_own_lines_in_the_report_do_not_say_that_it_came_to_its_end() -> None:
    forged = (
        'import os\nfor fd in range(3, 9):\n    try: os.write(fd, b\'{"end": "x"}\\n[]\\n{\\n\')'
    )

    assert not done(forged + "\n    except OSError: pass\nos._exit(0)").whole


def test_nothing_of_ours_reaches_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-9f2b7c")
    wanted = "{'TMPDIR', 'HOME', 'LANG', 'LC_CTYPE'}"
    ended = done(f"import os, sys\nassert set(os.environ) <= {wanted}, set(os.environ)",
                 "assert os.listdir('.') == [], os.listdir('.')",
                 "opened = []\nfor fd in range(256):\n    try: opened.append(os.fstat(fd))\n"
                 "    except OSError: pass\nassert len(opened) <= 5, opened",
                 "assert os.geteuid() != 0")  # fmt: skip

    assert [part.error for part in ended.parts] == [""] * 4


def test_nothing_is_left_of_a_job() -> None:
    before = set(Path(tempfile.gettempdir()).glob("equipoise-*"))
    done("open('left', 'w').write('x')")

    assert set(Path(tempfile.gettempdir()).glob("equipoise-*")) <= before


def test_processes_are_few_and_end_with_the_job(isolated: None) -> None:
    sleep = "os.setsid()\n    os.execv('/bin/sleep', ['sleep', '61.75'])"
    fork = f"import os, time\nif os.fork() == 0:\n    {sleep}\ntime.sleep(0.3)"
    started = time.monotonic()
    assert done(fork).whole
    assert time.monotonic() - started < 5
    assert _running("61.75") == []

    bomb = "import os\nwhile True: os.fork()"
    assert {part.error.partition(":")[0] for part in done(bomb).parts} <= {"BlockingIOError"}


def test_there_is_no_network_not_even_this_machine(isolated: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        call = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)"

        assert "Network is unreachable" in done(call).parts[0].error


def test_only_the_own_folder_can_be_written_to(isolated: None, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    outside = done(f"open({str(tmp_path / 'x')!r}, 'w')").parts[0].error

    assert outside.startswith(("OSError", "PermissionError", "FileNotFoundError"))
    assert list(tmp_path.iterdir()) == []
    assert done("open('x', 'w').write('x'); import tempfile; tempfile.TemporaryFile()").whole


def test_a_trusted_job_has_the_installed_packages_and_gives_a_result() -> None:
    source = "import click\ndef f(a, b): return [a, b, click.__name__]"
    job = Job((Part("f", source),), "f", ("x", {"y": 1}), trusted=True)

    assert run(job, Limits(memory_bytes=2**32)).result == '["x", {"y": 1}, "click"]'
    assert run(Job((Part("f", "def f(): return 1 / 0"),), "f", trusted=True)).error == (
        "ZeroDivisionError: division by zero (line 1)"
    )


ALONE = "from equipoise.engines.sandbox import *; print(run(Job((Part('a', 'pass'),){})))"


@pytest.mark.parametrize(
    ("more", "ran"), [("", "parts=()"), (", needs_isolation=False", "read=True")]
)
def test_where_nothing_can_be_isolated_a_job_that_needs_it_is_not_run(
    isolated: None, more: str, ran: str
) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare here")
    none = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    inside = [sys.executable, "-c", ALONE.format(more)]
    command = [unshare, "--user", "--map-root-user", "sh", "-c", none, "sh", *inside]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "exposed=('network', 'files', 'processes')" in told
    assert ran in told
