"""Measure what a process holds beyond its resident memory and its folder: memory that it no longer
shares with anybody, and files without a name. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

MAX_UNSEEN = 64 * 2**20
"""A file without a name that is only mapped counts as at least this many bytes, because its size
cannot be seen. A process may write as much into one file (see
`autograder.sandbox.confined.confine`).
"""

_MEMORY = ("/memfd:", "/dev/zero", "/SYSV", "/dev/shm/", "/[aio]")
_INSTALLED = (sys.prefix, sys.base_prefix, "/usr/", "/lib")
_DELETED = " (deleted)"


@dataclass(frozen=True)
class Held:
    """Bytes of memory that belong to no process, and of files without a name."""

    memory: int
    files: int


def look_as(uid: int | None) -> None:
    """Let the calling thread see in /proc what a process of `uid` has open, as that user would. The
    thread keeps all other rights, and no other thread changes.
    """
    if uid is not None:
        libc = ctypes.CDLL(None)
        libc.setfsgid(uid)
        libc.setfsuid(uid)


def held_by(process: int) -> Held:
    """What a process holds. Raises `PermissionError` if that cannot be seen, and another `OSError`
    once the process has ended.
    """
    sizes: dict[tuple[int, int], tuple[bool, int]] = {}
    folder = f"/proc/{process}/fd"
    for name in os.listdir(folder):  # noqa: PTH208
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(f"{folder}/{name}")  # noqa: PTH116
            if stat.S_ISREG(found.st_mode):
                target = os.readlink(f"{folder}/{name}")  # noqa: PTH115
                if found.st_nlink == 0 or target.startswith(_MEMORY):
                    key = (found.st_dev, found.st_ino)
                    sizes[key] = (target.startswith(_MEMORY), found.st_blocks * 512)
    for key, (of_memory, size) in _mappings(process).items():
        sizes.setdefault(key, (of_memory, size if of_memory else max(size, MAX_UNSEEN)))
    return Held(
        sum(size for of_memory, size in sizes.values() if of_memory),
        sum(size for of_memory, size in sizes.values() if not of_memory),
    )


def shared_memory(process: int) -> int:
    """The bytes of a process's resident memory that it may share with others and that no file on a
    disk holds. Raises `OSError`.
    """
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^RssShmem:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _mappings(process: int) -> dict[tuple[int, int], tuple[bool, int]]:
    """For each mapped file that has no name or is in memory: whether it is in memory, and the bytes
    up to the end of the mapping.
    """
    found: dict[tuple[int, int], tuple[bool, int]] = {}
    maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace")
    for line in maps.splitlines():
        if not (line.endswith(_DELETED) or " /dev/shm/" in line):
            continue
        area, _, offset, device, inode, path = line.split(maxsplit=5)
        if path.startswith(_INSTALLED):
            continue  # a library that was replaced since
        start, end = (int(part, 16) for part in area.split("-"))
        major, minor = (int(part, 16) for part in device.split(":"))
        key = (os.makedev(major, minor), int(inode))
        of_memory = path.startswith(_MEMORY)
        size = int(offset, 16) + end - start
        found[key] = (of_memory, max(size, found.get(key, (of_memory, 0))[1]))
    return found
