"""The child's program: shuts itself in, then does one job. It imports the standard library only.

It is given to `python -c` as text, the job as JSON on its standard input. It reports in lines of
JSON on its standard output: what it is exposed to, then what became of each part of the job, and at
the end of all a word that nothing else says.
"""

from __future__ import annotations

import builtins
import ctypes
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any

# Of linux/sched.h, sys/mount.h, sys/prctl.h, linux/mount.h, linux/capability.h, linux/securebits.h.
_NEW_MOUNTS, _NEW_UTS, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PIDS, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_PRIVATE, _RECURSIVE, _BIND, _DETACH = 1 << 18, 1 << 14, 1 << 12, 2
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000
_PIVOT_ROOT = {"x86_64": 155, "ppc64le": 203, "s390x": 217}  # elsewhere 41, the generic number
_DIE_WITH_PARENT, _DUMPABLE, _NO_NEW_PRIVILEGES = 1, 4, 38
_DROP_BOUND, _HAS_BOUND, _SECURE_BITS, _AMBIENT, _CLEAR_ALL = 24, 23, 28, 47, 4
_CAPABILITIES, _CAPABILITY_VERSION = 64, 0x20080522
# A user number of 0 is nobody special, and no bit of this can be taken back.
_NO_ROOT_EVER = 0b1110_1111
_NOBODY = 65_534
_EVERYTHING = ("network", "files", "processes")
# What a program needs to be loaded, and to know the time of places; Python's own folder is added.
_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/gnu"),
    *("/etc/ld.so.cache", "/etc/localtime"),
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_OWN = "/own"
# macOS refuses a bound on memory; on Linux a bound that cannot be set ends the job.
_UNBOUNDED: tuple[type[Exception], ...] = () if sys.platform == "linux" else (ValueError, OSError)
_OURS = "<string>"  # what Python calls the text that it was given with -c

Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Read the job, shut in, do it in a child of our own, and end as it ends."""
    job = json.loads(sys.stdin.readline())
    report = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)

    def say(line: dict[str, Any]) -> None:
        os.write(report, json.dumps(line).encode() + b"\n")

    exposed = list(_EVERYTHING)
    if job["shut_in"]:
        exposed = _shut_in(job["folder"], job["folder_bytes"])
    child = os.fork()
    if child == 0:
        code = 1
        try:
            exposed = _locked_in(exposed) if job["shut_in"] else exposed
            say({"exposed": exposed})
            if not (exposed and job["needs_isolation"]):
                _bound(job["limits"])
                _do(job, say)
            code = 0
        finally:
            os._exit(code)
    if job["shut_in"]:
        _give_up_powers(ctypes.CDLL(None))
    _wait(child, job["wall_seconds"], say)


def _wait(child: int, seconds: float, say: Say) -> None:
    """Until the job ends or its time is over; what is in its namespace ends with it."""
    end = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if os.WIFSIGNALED(status):
                say({"killed": signal.Signals(os.WTERMSIG(status)).name})
            return
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            say({"killed": "time"})
            return
        time.sleep(0.002)


def _shut_in(folder: str, folder_bytes: int) -> list[str]:
    """Take namespaces and files of our own; returns what this process stays exposed to."""
    if sys.platform != "linux":
        return list(_EVERYTHING)
    libc = ctypes.CDLL(None)
    os.umask(0o022)
    own = _leave_root(libc, folder, folder_bytes) if os.geteuid() == 0 else False
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    # A process that gave up root may not be looked at, and could not write its own maps.
    libc.prctl(_DUMPABLE, 1, 0, 0, 0)
    user, group = os.getuid(), os.getgid()
    kinds = _NEW_USER | _NEW_MOUNTS | _NEW_UTS | _NEW_IPC | _NEW_PIDS | _NEW_NETWORK
    if libc.unshare(kinds) != 0:
        return list(_EVERYTHING)
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:  # AppArmor lets namespaces be made that may do nothing
        return list(_EVERYTHING)
    return [] if own or _own_files(libc, folder, folder_bytes) else ["files"]


def _leave_root(libc: ctypes.CDLL, folder: str, folder_bytes: int) -> bool:
    """Become nobody; returns whether files of our own were taken before, which root can do best.

    Root is never refused a process, so no limit would hold. Where nobody cannot read Python's
    library, root is kept.
    """
    own = _own_files(libc, folder, folder_bytes) if libc.unshare(_NEW_MOUNTS) == 0 else False
    with suppress(OSError):  # root of a container may know of no other user
        os.setgroups([])
        os.setegid(_NOBODY)
        os.seteuid(_NOBODY)
        readable = any(os.access(path, os.R_OK, effective_ids=True) for path in sys.path)
        os.seteuid(0)
        os.setegid(0)
        if readable:
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
    return own


def _own_files(libc: ctypes.CDLL, folder: str, size: int) -> bool:
    """Leave every file but those that programs need; returns whether that was possible.

    What is left is read-only. Read-only is not enough for the rest: sockets can be spoken to, such
    as those of a desktop's bus or of Docker, and would do outside whatever they are asked.
    """
    bounds = f"size={size},nr_inodes=1024,mode=777".encode()
    if libc.mount(None, b"/", None, _PRIVATE | _RECURSIVE, None):
        return False
    if _mount(libc, "tmpfs", folder, "tmpfs", _NO_SUID | _NO_DEVICES, b"size=1m,mode=755"):
        places = [f"{folder}{place}" for place in ("/proc", "/dev", _OWN)]
        for place in places:
            Path(place).mkdir()
        ready = (
            _furnish(libc, folder)
            and _mount(libc, "/proc", places[0], "", _BIND | _RECURSIVE)
            and _mount(libc, "tmpfs", places[2], "tmpfs", _NO_SUID | _NO_DEVICES, bounds)
        )
        os.chdir(folder)
        pivot_root = _PIVOT_ROOT.get(os.uname().machine, 41)
        if ready and libc.syscall(pivot_root, b".", b".") == 0:
            left = bool(libc.umount2(b".", _DETACH) == 0)
            os.chdir(_OWN)
            os.environ |= {"TMPDIR": _OWN, "HOME": _OWN}
            return left
        libc.umount2(folder.encode(), _DETACH)
        os.chdir(folder)
    return False


def _furnish(libc: ctypes.CDLL, root: str) -> bool:
    """Put what programs need under a new root: read-only, and of the devices the harmless ones."""
    bound: list[str] = []
    for path in sorted({*_SYSTEM, sys.base_prefix, sys.base_exec_prefix}):
        place = Path(f"{root}{path}")
        if not os.path.lexists(path) or any(path.startswith(f"{tree}/") for tree in bound):
            continue
        bound.append(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path in _SYSTEM and Path(path).is_symlink():
            place.symlink_to(Path(path).readlink())
            continue
        place.mkdir(exist_ok=True) if Path(path).is_dir() else place.touch()
        if not _mount(libc, path, str(place), "", _BIND | _RECURSIVE):
            return False
    devices = {f"/dev/{name}": f"{root}/dev/{name}" for name in _DEVICES}
    for place_of_device in devices.values():
        Path(place_of_device).touch()
    return _read_only(libc, root, _NO_SUID | _NO_DEVICES, _AT_RECURSIVE) and all(
        _mount(libc, device, place, "", _BIND) and _read_only(libc, place, _NO_SUID, 0)
        for device, place in devices.items()
    )


def _mount(
    libc: ctypes.CDLL, source: str, place: str, kind: str, flags: int, more: bytes | None = None
) -> bool:
    made = libc.mount(source.encode(), place.encode(), kind.encode() or None, flags, more)
    return bool(made == 0)


def _read_only(libc: ctypes.CDLL, place: str, flags: int, depth: int) -> bool:
    # struct mount_attr: set, clear, propagation, user namespace.
    attributes = (ctypes.c_uint64 * 4)(_READ_ONLY | flags, 0, 0, 0)
    reference, length = ctypes.byref(attributes), ctypes.sizeof(attributes)
    where = place.encode()
    return bool(libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, where, depth, reference, length) == 0)


def _locked_in(exposed: list[str]) -> list[str]:
    """As the first process of the namespaces: see no other, and lose the power to change them.

    Returns what this process stays exposed to.
    """
    if sys.platform != "linux":
        return exposed
    libc = ctypes.CDLL(None)
    if "processes" not in exposed and not _own_processes(libc):
        exposed = [*exposed, "processes"]
    return exposed if _give_up_powers(libc) else list(_EVERYTHING)


def _own_processes(libc: ctypes.CDLL) -> bool:
    """Let /proc show the own processes, or nothing where a container hides some of it."""
    with suppress(OSError):  # what a namespace inside could do is little; none can be made now
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    flags = _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
    return any(_mount(libc, kind, "/proc", kind, flags) for kind in ("proc", "tmpfs"))


def _give_up_powers(libc: ctypes.CDLL) -> bool:
    """Drop every capability, here and for whatever is started; returns whether none is left.

    The first process of a user namespace has them all there, and would make what is read-only
    writable again.
    """
    if sys.platform != "linux":
        return False
    libc.prctl(_SECURE_BITS, _NO_ROOT_EVER, 0, 0, 0)
    libc.prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    for capability in range(_CAPABILITIES):
        libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    # struct __user_cap_header_struct: version, process; and two of __user_cap_data_struct:
    # effective, permitted, inheritable.
    header, none = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
    if libc.capset(ctypes.byref(header), ctypes.byref(none)) != 0:
        return False
    left = [libc.prctl(_HAS_BOUND, capability, 0, 0, 0) for capability in range(_CAPABILITIES)]
    # A capability that this kernel does not know is answered with -1.
    return 1 not in left


def _bound(limits: dict[str, int]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    for name, limit in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with suppress(*_UNBOUNDED):
            resource.setrlimit(kind, (allowed, allowed))


class _Told:
    """Keeps whatever ends what is run inside, `SystemExit` too, as one line of text."""

    def __init__(self) -> None:
        self.line = ""

    def __enter__(self) -> _Told:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if kind is None:
            return True
        number = 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename != _OURS:
                number = trace.tb_lineno
            trace = trace.tb_next
        self.line = kind.__name__[:100]
        message = _Told()
        with message:  # an exception of the job's own may raise again when it is printed
            self.line += f": {' '.join(str(error).split())[:200]}"
        self.line += f" (line {number})" if number else ""
        return True


def _do(job: dict[str, Any], say: Say) -> None:
    names: dict[str, Any] = {"__name__": "candidate", "__builtins__": builtins}
    for part in job["parts"]:
        compiled = _Told()
        ran = _Told()
        code = None
        with compiled:
            code = compile(part["source"], part["name"], "exec")
        if code is not None:
            with ran:
                FunctionType(code, names)()
        say({"part": part["name"], "read": code is not None, "error": compiled.line or ran.line})
        if (compiled.line or ran.line) and part["needed"]:
            return
    if job["call"] is not None:
        _call(job["call"], names, say)
    say({"end": job["word"]})


def _call(call: dict[str, Any], names: dict[str, Any], say: Say) -> None:
    told = _Told()
    said = ""
    with told:
        said = json.dumps(names[call["function"]](*call["arguments"]), allow_nan=False)
    say({"result": said, "error": told.line})


if __name__ == "__main__":
    main()
