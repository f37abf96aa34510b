"""Confine the worker: apply layers of confinement to this process before it runs a submission, and
probe what they leave open.

Linux only; elsewhere only limits apply, and the report says so. Each layer is attempted, never
assumed, because containers differ: gVisor has no Landlock, and some containers forbid seccomp.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.runtime import system
from autograder.runtime.linux import (
    PR_CAPBSET_DROP,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    check,
    libc,
    prctl,
)
from autograder.sandbox.confined.landlock import restrict_files
from autograder.sandbox.confined.probe import open_holes
from autograder.sandbox.confined.seccomp import refuse_system_calls

LAYERS = (
    "limits",
    "oom_score",
    "uid",
    "capabilities",
    "no_new_privs",
    "parent_death",
    "landlock",
    "seccomp",
)
"""Every layer by name, in the order of application. A process gets either `uid` or
`capabilities`.
"""

MAX_THREADS = 192 + 16 * (os.cpu_count() or 1)
"""The number of threads that a submission may have at once. JAX starts about 19, and 8 more for
each core.
"""


@dataclass(frozen=True)
class Confinement:
    """The confinement that the host asks for.

    `uid` is None to keep the current user. Sizes are in bytes, times in seconds. Layers in
    `leave_out` are not attempted.
    """

    scratch: str
    readable: Sequence[str]
    hidden: Sequence[str]
    uid: int | None
    memory: int
    cpu_seconds: int
    file_size: int = 64 * 2**20
    leave_out: Sequence[str] = ()


THREAD_SECONDS = 2.0
"""Seconds that a library's thread may take to end."""


@dataclass
class Report:
    """The result of confinement: the active layers, the reasons why others are missing, and the
    open holes that the probe found.
    """

    active: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    open_holes: list[str] = field(default_factory=list)


def confine(wanted: Confinement) -> Report:
    """Apply every layer that this process allows, then try what a submission must not be able to
    do.
    """
    layers: dict[str, Callable[[], object]] = {"limits": lambda: _limit(wanted)}
    if system.WALLS:
        layers["oom_score"] = lambda: Path("/proc/self/oom_score_adj").write_text(
            "1000", encoding="utf-8"
        )
        if wanted.uid is not None:
            uid = wanted.uid
            layers["uid"] = lambda: _become(uid)
        elif system.is_root():
            layers["capabilities"] = _drop_capabilities
        layers["no_new_privs"] = lambda: prctl(PR_SET_NO_NEW_PRIVS, 1)
        layers["parent_death"] = lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        layers["landlock"] = lambda: restrict_files(wanted.readable, wanted.scratch)
        layers["seccomp"] = refuse_system_calls
    report = Report()
    if not system.WALLS:
        report.missing["all"] = f"no other layer is known for {system.NAME}"
    for layer, put_on in layers.items():
        if layer in wanted.leave_out:
            report.missing[layer] = "turned off on request"
        else:
            _attempt(report, layer, put_on)
    report.open_holes = open_holes(wanted.hidden)
    if system.LINUX and _has_other_threads():
        # Layers are those of one thread. The fork that the probe tries ends those of libraries.
        report.open_holes.append("use a thread that began before it was confined")
    return report


def _has_other_threads() -> bool:
    """Whether this process has a thread besides this one. The kernel lists a thread for a moment
    after it has ended, so one that is gone before `THREAD_SECONDS` have passed does not count.
    """
    until = time.monotonic() + THREAD_SECONDS
    while len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
        if time.monotonic() > until:
            return True
        time.sleep(0.001)
    return False


def _attempt(report: Report, layer: str, put_on: Callable[[], object]) -> None:
    try:
        put_on()
    except Exception as fault:  # noqa: BLE001
        # Whatever the kernel answers, the layer is missing and the report says why.
        report.missing[layer] = f"{type(fault).__name__}: {fault}"
    else:
        report.active.append(layer)


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
        # this counts every thread of the user, so the worker needs a user of its own
        wishes["RLIMIT_NPROC"] = MAX_THREADS
    system.limit(wishes)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # The grader's watch inspects what this process has open as the worker's user, because in a
    # container root may not inspect other users' processes.
    prctl(PR_SET_DUMPABLE, 1)


def _drop_capabilities() -> None:
    """Drop root's capabilities. The process still owns root's files; Landlock hides those later."""
    for capability in range(64):
        with contextlib.suppress(OSError):
            prctl(PR_CAPBSET_DROP, capability)
    header = struct.pack("<II", 0x20080522, 0)
    check(libc().capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))), "capset")


def hide_from_same_user() -> None:
    """Stop processes of the same user from reading or tracing this one. For the trusted side."""
    if system.WALLS:
        prctl(PR_SET_DUMPABLE, 0)
