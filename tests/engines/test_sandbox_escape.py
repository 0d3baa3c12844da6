"""What code of a job tries in order to get out, and that nothing of it works."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from equipoise.engines.sandbox import Job, Limits, Part, run

LIMITS = Limits(wall_seconds=5, cpu_seconds=3, memory_bytes=256 * 2**20)
TOOLS = """
import ctypes, os, socket
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
places = [b"/", b"/usr"]
if os.path.exists("/proc/self/mounts"):  # it is all hidden where a container hides some of it
    places = [line.split()[1].encode() for line in open("/proc/self/mounts")]
def refused(*results):
    assert results and set(results) == {-1}, results
def attributes(clear):
    return ctypes.byref((ctypes.c_uint64 * 4)(0, clear, 0, 0))
"""
# Constants are those of sched.h, mount.h and ptrace.h; 442 is mount_setattr, 0x8000 recursive.
ATTEMPTS = {
    "remount": "refused(*(libc.mount(None, p, None, 32 | 4096, None) for p in places))",
    "remount as shared": "refused(*(libc.mount(None, p, None, 1 << 20, None) for p in places))",
    "clear read-only": (
        "refused(*(libc.syscall(442, -100, p, 0x8000, attributes(1), 32) for p in places))"
    ),
    "unmount": "refused(*(libc.umount2(p, flags) for p in places for flags in (0, 2)))",
    "mount a tmpfs": "refused(libc.mount(b'tmpfs', b'.', b'tmpfs', 0, None))",
    "mount proc": "refused(libc.mount(b'proc', b'.', b'proc', 0, None))",
    "bind the root": "refused(libc.mount(b'/', b'.', None, 4096 | 16384, None))",
    "new mounts": "refused(libc.unshare(0x20000))",
    "new network": "refused(libc.unshare(0x40000000))",
    "chroot": "refused(libc.chroot(b'.'))",
    "become root": "refused(libc.setuid(0 if os.getuid() else 1), libc.setgroups(0, None))",
    "a device": "refused(libc.mknod(b'memory', 0o20666, os.makedev(1, 1)))",
    "new user namespace, then remount": """
if libc.unshare(0x10000000 | 0x20000) == 0:
    refused(*(libc.mount(None, p, None, 32 | 4096, None) for p in places))
    refused(*(libc.umount2(p, 2) for p in places))
    refused(*(libc.syscall(442, -100, p, 0x8000, attributes(1), 32) for p in places))
""",
    "ptrace": """
refused(*(libc.ptrace(how, pid, None, None) for how in (16, 0x4206) for pid in (OUTSIDE, 2)))
vector = ctypes.byref((ctypes.c_uint64 * 2)(id(vector_of := ctypes.create_string_buffer(8)), 8))
refused(libc.process_vm_readv(OUTSIDE, vector, 1, vector, 1, 0))
""",
    "capabilities": """
header, held = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert libc.capget(ctypes.byref(header), ctypes.byref(held)) == 0
assert list(held) == [0] * 6, list(held)
assert libc.prctl(23, 0, 0, 0, 0) == 0  # the bounding set is known, and
assert not [n for n in range(64) if libc.prctl(23, n, 0, 0, 0) == 1]  # empty
assert libc.prctl(39, 0, 0, 0, 0) == 1  # no new privileges
""",
    "other processes": """
seen = {name for name in os.listdir("/proc") if name.isdigit()}
assert seen <= {"1"}, seen
lines = b"".join(Path("/proc", pid, "cmdline").read_bytes() for pid in seen)
assert b"pytest" not in lines, lines
try: os.kill(OUTSIDE, 0)
except ProcessLookupError: pass
else: raise AssertionError("it can be signalled")
""",
    "files": """
for path in (PLACE, SECRET, "/home", "/run", "/sys", "/var"):
    assert not os.path.exists(path) or not os.listdir(path), path
""",
    "writing": """
for place in [*places, b"/dev", b"/proc/sys/kernel", b"/usr/lib", b"/tmp", os.fsencode(PLACE)]:
    if place == b"/own": continue
    try: open(place + b"/x", "w")
    except OSError: pass
    else: raise AssertionError(place)
for path, mode in ((SECRET, "w"), ("/proc/self/uid_map", "w"), ("/proc/sysrq-trigger", "w")):
    try: open(path, mode)
    except OSError: pass
    else: raise AssertionError(path)
""",
    "changing a device": "refused(libc.chmod(b'/dev/null', 0o600), libc.unlink(b'/dev/null'))",
    "a socket of this machine's": """
try: socket.socket(socket.AF_UNIX).connect(SOCKET)
except FileNotFoundError: pass
else: raise AssertionError("somebody answers")
""",
    "more than the limits": """
import resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU):
    try: resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (ValueError, OSError): pass
    else: raise AssertionError(kind)
""",
}  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_that_code_tries_gets_it_out(attempt: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    secret = tmp_path / "secret"
    secret.write_text("gold")
    secret.chmod(0o666)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        (tmp_path / "s").chmod(0o777)
        known = (
            f"OUTSIDE, PLACE, SECRET, SOCKET = {os.getpid()}, {str(tmp_path)!r}, "
            f"{str(secret)!r}, {str(tmp_path / 's')!r}"
        )
        parts = (Part("tools", TOOLS + known), Part("attempt", ATTEMPTS[attempt], needed=False))
        ended = run(Job(parts, needs_isolation=False), LIMITS)
    if ended.exposed:
        pytest.skip("no user namespaces here")

    assert [part.error for part in ended.parts] == ["", ""]
    assert ended.whole
    assert secret.read_text() == "gold"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s", "secret"]


def test_what_a_program_starts_has_no_more_power_than_it() -> None:
    fork = """
import ctypes, os, subprocess
told = subprocess.run(["/bin/sh", "-c", "mount -t tmpfs none . || umount -l /usr || exit 7"])
assert told.returncode == 7, told
if os.fork() == 0:
    libc = ctypes.CDLL(None)
    os._exit(0 if libc.mount(None, b"/", None, 32 | 4096, None) == -1 else 1)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
"""
    ended = run(Job((Part("fork", fork),), needs_isolation=False), LIMITS)
    if ended.exposed:
        pytest.skip("no user namespaces here")

    assert [part.error for part in ended.parts] == [""]
