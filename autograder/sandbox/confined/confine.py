"""What the worker may do: layers that a process puts on itself before it runs a submission, and what they leave open.

Linux only; elsewhere nothing but limits applies and the report says so. Each layer is attempted, never assumed: containers differ (gVisor
has no Landlock, some forbid seccomp).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.runtime.linux import PR_CAPBSET_DROP, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, checked, libc, prctl
from autograder.sandbox.confined.landlock import restrict_files
from autograder.sandbox.confined.probe import open_holes
from autograder.sandbox.confined.seccomp import refuse_system_calls

LAYERS = ("limits", "oom_score", "uid", "capabilities", "no_new_privs", "parent_death", "landlock", "seccomp")
"""Every layer by name, in the order in which they are put on; of `uid` and `capabilities` a process gets one."""


@dataclass(frozen=True)
class Confinement:
    """What the host asks for. `uid` is None to stay the user one is; sizes in bytes, times in seconds; layers in `leave_out` are not tried."""

    scratch: str
    readable: Sequence[str]
    hidden: Sequence[str]
    uid: int | None
    memory: int
    cpu_seconds: int
    file_size: int = 64 * 2**20
    leave_out: Sequence[str] = ()


@dataclass
class Report:
    """Which layers are active, and what the probe could still do: names of layers and of open holes, why a layer is missing."""

    active: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    open_holes: list[str] = field(default_factory=list)


def confine(wanted: Confinement) -> Report:
    """Put every layer on this process that it allows, then try what a submission must not be able to do."""
    layers: dict[str, Callable[[], object]] = {"limits": lambda: _limit(wanted)}
    if sys.platform == "linux":
        layers["oom_score"] = lambda: Path("/proc/self/oom_score_adj").write_text("1000")
        if wanted.uid is not None:
            uid = wanted.uid
            layers["uid"] = lambda: _become(uid)
        elif os.geteuid() == 0:
            layers["capabilities"] = _drop_capabilities
        layers["no_new_privs"] = lambda: prctl(PR_SET_NO_NEW_PRIVS, 1)
        layers["parent_death"] = lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        layers["landlock"] = lambda: restrict_files(wanted.readable, wanted.scratch)
        layers["seccomp"] = refuse_system_calls
    report = Report()
    if sys.platform != "linux":
        report.missing["all"] = f"no layer is known for {sys.platform}"
    for layer, put_on in layers.items():
        if layer in wanted.leave_out:
            report.missing[layer] = "left out on request"
        else:
            _attempt(report, layer, put_on)
    report.open_holes = open_holes(wanted.hidden)
    return report


def _attempt(report: Report, layer: str, put_on: Callable[[], object]) -> None:
    try:
        put_on()
    except Exception as fault:  # noqa: BLE001 - whatever the kernel answers, the layer is missing and the report says why
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
            prctl(PR_CAPBSET_DROP, capability)
    header = struct.pack("<II", 0x20080522, 0)
    checked(libc().capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))), "capset")


def hide_from_same_user() -> None:
    """For the trusted side: no process of the same user may read or trace this one."""
    if sys.platform == "linux":
        prctl(PR_SET_DUMPABLE, 0)
