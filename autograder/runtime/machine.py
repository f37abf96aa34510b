"""The resources that a container grants, and those that a process tree uses.

Only Linux has limits of containers, and there the standard library is enough.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import threading
from pathlib import Path

from autograder.runtime import processes, system

CGROUPS = Path("/sys/fs/cgroup")

_NO_LIMIT = 2**60
"""In bytes. The first version of cgroups reports more than this where there is no limit."""


def cpus(cgroups: Path = CGROUPS) -> int:
    """The number of processors that this process may use, at least 1: the smaller of its affinity
    and its container's quota, rounded up.
    """
    allowed = system.processors()
    quota = period = None
    with contextlib.suppress(OSError, ValueError):
        quota, period = map(int, (cgroups / "cpu.max").read_text(encoding="utf-8").split())
    with contextlib.suppress(OSError, ValueError):
        quota = int((cgroups / "cpu/cpu.cfs_quota_us").read_text(encoding="utf-8"))
        period = int((cgroups / "cpu/cpu.cfs_period_us").read_text(encoding="utf-8"))
    if quota is None or period is None or quota <= 0:
        return allowed
    return max(1, min(allowed, math.ceil(quota / period)))


def memory_limit(cgroups: Path = CGROUPS) -> int | None:
    """The bytes of memory that the container may use, or None if it has no limit of its own."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            limit = int((cgroups / name).read_text(encoding="utf-8"))
            return limit if limit < _NO_LIMIT else None
    return None


def memory(cgroups: Path = CGROUPS) -> int:
    """The bytes of memory that this process may use: the machine's memory, or the container's limit
    if that is smaller.
    """
    machine = system.memory()
    return min(machine, memory_limit(cgroups) or machine)


def kills_for_memory(cgroups: Path = CGROUPS) -> int:
    """The number of the container's processes that the system has killed for lack of memory."""
    for name in ("memory.events", "memory/memory.oom_control"):
        with contextlib.suppress(OSError):
            found = re.search(
                r"^oom_kill (\d+)$", (cgroups / name).read_text(encoding="utf-8"), re.MULTILINE
            )
            return int(found[1]) if found else 0
    return 0


def memory_of_tree(root: int) -> int:
    """The bytes of memory that a process and its descendants use. Shared pages count once, where
    the system reports them. Processes that may not be read count as 0.
    """
    if not system.LINUX:
        return processes.memory_of_tree(root)
    children: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for entry in os.listdir("/proc"):  # noqa: PTH208
            if entry.isdigit():
                with contextlib.suppress(OSError, IndexError, ValueError):
                    parent = int(
                        Path("/proc", entry, "stat")
                        .read_text(encoding="utf-8")
                        .rsplit(")", 1)[1]
                        .split()[1]
                    )
                    children.setdefault(parent, []).append(int(entry))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        with contextlib.suppress(OSError):
            found = re.search(
                r"^Pss:\s+(\d+) kB$",
                Path("/proc", str(process), "smaps_rollup").read_text(encoding="utf-8"),
                re.MULTILINE,
            )
            total += int(found[1]) * 1024 if found else 0
    return total


class Peak:
    """The largest `memory_of_tree` while the block runs, in bytes, sampled every half second by
    default.
    """

    def __init__(self, root: int, every: float = 0.5) -> None:
        self._root, self._every = root, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes = 0

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._every):
            self.bytes = max(self.bytes, memory_of_tree(self._root))
