"""What the worker may do: layers that a process puts on itself before it runs a submission, and a probe that tries each.

Linux only; elsewhere nothing here applies and the report says so. Each layer is attempted, never assumed: containers differ (gVisor has no
Landlock, some forbid seccomp). Numbers of system calls and structures are those of the kernel's own headers (`asm/unistd_64.h`,
`asm-generic/unistd.h`, `linux/landlock.h`, `linux/seccomp.h`).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38


@dataclass(frozen=True)
class Confinement:
    """What the host asks for. `uid` is None to stay the user one is; sizes in bytes, times in seconds."""

    scratch: str
    readable: Sequence[str]
    hidden: Sequence[str]
    uid: int | None
    memory: int
    cpu_seconds: int
    file_size: int = 64 * 2**20


@dataclass
class Report:
    """Which layers are active, and what the probe could still do: names of layers and of open holes, why a layer is missing."""

    active: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    open_holes: list[str] = field(default_factory=list)


def confine(wanted: Confinement) -> Report:
    """Put every layer on this process that it allows, then try what a submission must not be able to do."""
    report = Report()
    if sys.platform != "linux":
        report.missing["all"] = f"no layer is known for {sys.platform}"
        _attempt(report, "limits", lambda: _limit(wanted))
    else:
        _attempt(report, "limits", lambda: _limit(wanted))
        _attempt(report, "oom_score", lambda: Path("/proc/self/oom_score_adj").write_text("1000"))
        if wanted.uid is not None:
            uid = wanted.uid
            _attempt(report, "uid", lambda: _become(uid))
        elif os.geteuid() == 0:
            _attempt(report, "capabilities", _drop_capabilities)
        _attempt(report, "no_new_privs", lambda: _prctl(_PR_SET_NO_NEW_PRIVS, 1))
        _attempt(report, "parent_death", lambda: _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
        _attempt(report, "landlock", lambda: _landlock(wanted))
        _attempt(report, "seccomp", _seccomp)
    report.open_holes = probe(wanted)
    return report


def _attempt(report: Report, layer: str, put_on: Callable[[], object]) -> None:
    try:
        put_on()
    except Exception as fault:  # noqa: BLE001 - whatever the kernel answers, the layer is missing and the report says why
        report.missing[layer] = f"{type(fault).__name__}: {fault}"
    else:
        report.active.append(layer)


# Limits and identity


def _limit(wanted: Confinement) -> None:
    wishes = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": wanted.file_size,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CPU": wanted.cpu_seconds,
        "RLIMIT_AS": wanted.memory,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    if wanted.uid is not None:
        # Counts every thread of the user, so only a user of the worker's own can have it. JAX starts about 19 threads and more with the cores.
        wishes["RLIMIT_NPROC"] = 64 + 8 * (os.cpu_count() or 1)
    for name, value in wishes.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _drop_capabilities() -> None:
    """Root without capabilities: an owner of root's files still, which Landlock then hides."""
    for capability in range(64):
        with contextlib.suppress(OSError):
            _prctl(_PR_CAPBSET_DROP, capability)
    header = struct.pack("<II", 0x20080522, 0)
    _checked(_libc().capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))), "capset")


# Landlock

_LANDLOCK = {"create": 444, "add": 445, "restrict": 446}
_READ = 1 | 1 << 2 | 1 << 3  # execute, read file, read directory
_WRITE = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 14  # write, remove directory and file, make directory and regular file, truncate
_FILE_ONLY = 1 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15


def _landlock(wanted: Confinement) -> None:
    version = _syscall(_LANDLOCK["create"], None, 0, 1)
    handled = (1 << 13) - 1
    if version >= 2:
        handled |= 1 << 13  # refer
    if version >= 3:
        handled |= 1 << 14  # truncate
    if version >= 5:
        handled |= 1 << 15  # ioctl on devices
    network = 3 if version >= 4 else 0  # bind and connect by TCP
    scoped = 3 if version >= 6 else 0  # abstract sockets and signals to processes outside
    attributes = struct.pack("<QQQ", handled, network, scoped)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _syscall(_LANDLOCK["create"], ctypes.c_char_p(attributes), len(attributes), 0)
    try:
        for path in wanted.readable:
            _landlock_allow(ruleset, path, _READ & handled)
        _landlock_allow(ruleset, wanted.scratch, (_READ | _WRITE) & handled)
        for device in ("/dev/null", "/dev/zero"):
            _landlock_allow(ruleset, device, (_READ | 1 << 1) & handled)
        _syscall(_LANDLOCK["restrict"], ruleset, 0)
    finally:
        os.close(ruleset)


def _landlock_allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there, or not to be reached, needs no permission
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - as the kernel sees it, links followed
            access &= _FILE_ONLY
        _syscall(_LANDLOCK["add"], ruleset, 1, ctypes.c_char_p(struct.pack("<Qi", access, descriptor)), 0)
    finally:
        os.close(descriptor)


# seccomp

_ERRNO, _ALLOW, _KILL = 0x00050000, 0x7FFF0000, 0x80000000

# Refused outright, by name: (x86_64, aarch64); None where the architecture does not have it.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "sethostname": (170, 161),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "setpriority": (141, 140),
    "setsid": (112, 157),
    "socket": (41, 198),
}
# Allowed only on the process itself: the first argument must be its own number (or 0).
_ON_ITSELF: dict[str, tuple[int, int]] = {"kill": (62, 129), "tgkill": (234, 131), "rt_tgsigqueueinfo": (297, 240), "prlimit64": (302, 261)}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_CLONE_THREAD = 0x00010000
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def _seccomp() -> None:
    column, audit = _ARCHITECTURES[platform.machine()]
    program = _filter(column, audit, os.getpid())
    content = b"".join(struct.pack("<HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(content)
    header = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, 2, ctypes.c_char_p(header))


def _filter(column: int, audit: int, own: int) -> list[tuple[int, int, int, int]]:
    """The BPF program: (code, jump if true, jump if false, constant) each."""
    refuse = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    number, architecture, first = 0, 4, 16
    program = [
        (_LOAD, 0, 0, architecture),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, number),
        (_AT_LEAST, 0, 1, 0x40000000),  # the x32 interface of x86_64 has other numbers for the same calls
        refuse,
        (_EQUAL, 0, 1, _CLONE3[column]),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),  # the C library then falls back to clone, whose flags can be seen
        (_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, first),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        refuse,
        allow,
    ]
    for numbers in _ON_ITSELF.values():
        program += [(_EQUAL, 0, 5, numbers[column]), (_LOAD, 0, 0, first), (_EQUAL, 2, 0, own), (_EQUAL, 1, 0, 0), refuse, allow]
    for choices in _REFUSED.values():
        refused = choices[column]
        if refused is not None:
            program += [(_EQUAL, 0, 1, refused), refuse]
    return [*program, allow]


# A mini hostile probe


def probe(wanted: Confinement) -> list[str]:
    """What a submission must not be able to do and this process still can, by name."""
    parent = os.getppid()
    tries: dict[str, Callable[[], Any]] = {
        "read hidden files": lambda: _any_of(_read, wanted.hidden),
        "write beside the scratch folder": lambda: _any_of(_create_in, wanted.hidden),
        "open a network socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
        "start a process": _fork,
        "signal the grader": lambda: os.kill(parent, 0),
        "read the grader's memory": lambda: _read(f"/proc/{parent}/mem"),
        "read the grader's environment": lambda: _read(f"/proc/{parent}/environ"),
        "list the grader's files": lambda: os.listdir(f"/proc/{parent}/fd"),  # noqa: PTH208 - as the kernel answers it
    }
    return [name for name, attempt in tries.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except (OSError, ValueError):
        return False
    return True


def _any_of(attempt: Callable[[str], None], paths: Sequence[str]) -> None:
    if not any(_succeeds(lambda path=path: attempt(path)) for path in paths):  # type: ignore[misc]
        raise PermissionError


def _read(path: str) -> None:
    if os.path.isdir(path):  # noqa: PTH112
        os.listdir(path)  # noqa: PTH208
        return
    with open(path, "rb") as file:  # noqa: PTH123
        if path.endswith("/mem"):
            return
        file.read(1)


def _create_in(path: str) -> None:
    target = os.path.join(path, ".probe")  # noqa: PTH118
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    os.unlink(target)  # noqa: PTH108


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def hide_from_same_user() -> None:
    """For the trusted side: no process of the same user may read or trace this one."""
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *arguments: Any) -> None:
    padded = [*arguments, *[0] * (4 - len(arguments))]
    values = [argument if isinstance(argument, ctypes.c_char_p) else ctypes.c_ulong(int(argument)) for argument in padded]
    _checked(_libc().prctl(option, *values), f"prctl {option}")


def _syscall(number: int, *arguments: Any) -> int:
    values = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return _checked(int(_libc().syscall(ctypes.c_long(number), *values)), f"system call {number}")


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result
