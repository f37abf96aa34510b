"""Make a control group for one worker, if possible. The kernel then counts all memory that the
worker has, including shared memory and files in memory, and ends it beyond the limit.

Making a group needs root and a writable file system of control groups, as on one's own machine and
in few containers.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from pathlib import Path

PREFIX = "otter-arrays-"

SLACK = 64 * 2**20
"""The bytes that the kernel allows beyond the limit, so that the grader, which checks often, acts
first and can name the cause.
"""

_STALE = 3600.0
"""The seconds after which an empty group counts as left behind."""


class MemoryGroup:
    """The group of one process and of everything that it starts."""

    def __init__(self, parent: Path, limit: int) -> None:
        """Make a group of at most `limit` bytes below `parent`. Raises `OSError`."""
        self._folder = parent / f"{PREFIX}{secrets.token_hex(8)}"
        self._folder.mkdir()
        try:
            if (self._folder / "memory.max").exists():
                (self._folder / "memory.max").write_text(str(limit), encoding="utf-8")
                with contextlib.suppress(OSError):
                    (self._folder / "memory.swap.max").write_text("0", encoding="utf-8")
            else:
                (self._folder / "memory.limit_in_bytes").write_text(str(limit), encoding="utf-8")
                with contextlib.suppress(OSError):
                    (self._folder / "memory.memsw.limit_in_bytes").write_text(
                        str(limit), encoding="utf-8"
                    )
        except OSError:
            self.remove()
            raise

    def add(self, process: int) -> None:
        """Put a process into the group. Raises `OSError`."""
        (self._folder / "cgroup.procs").write_text(str(process), encoding="utf-8")

    def has_killed(self) -> bool:
        """Whether the kernel has ended a process of the group because of its memory."""
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError):
                found = re.search(
                    r"^oom_kill (\d+)$", (self._folder / name).read_text(encoding="utf-8"), re.M
                )
                return found is not None and found[1] != "0"
        return False

    def remove(self) -> None:
        """Remove the group after its processes have ended."""
        for _ in range(20):
            with contextlib.suppress(FileNotFoundError):
                try:
                    self._folder.rmdir()
                except FileNotFoundError:
                    raise
                except OSError:  # the kernel is still removing the last process
                    time.sleep(0.02)
                    continue
            return


def group_for(process: int, limit: int) -> MemoryGroup | None:
    """A group of at most `limit` bytes with this process in it; None if none can be made."""
    parent = _own_group()
    if parent is None:
        return None
    made = None
    try:
        _remove_stale(parent)
        made = MemoryGroup(parent, limit + SLACK)
        made.add(process)
    except OSError:
        if made is not None:
            made.remove()
        return None
    return made


def _own_group(
    listed: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")
) -> Path | None:
    """The folder of this process's own group, if the kernel counts the memory of groups in it."""
    try:
        lines = listed.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, path = line.split(":", 2)
        top = mounted / "memory" if "memory" in controllers.split(",") else mounted
        if controllers and top == mounted:
            continue
        for folder in (top / path.lstrip("/"), top):
            if (folder / "cgroup.procs").exists() and (top != mounted or _gives_memory(folder)):
                return folder
    return None


def _gives_memory(folder: Path) -> bool:
    """Whether groups below this one can have a memory limit, in version 2 of control groups."""
    try:
        return "memory" in (folder / "cgroup.subtree_control").read_text(encoding="utf-8").split()
    except OSError:
        return False


def _remove_stale(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE:
                folder.rmdir()  # the kernel refuses while there is a process in it
