"""Remove what the worker's own user left behind: files wherever everybody may write, and System V
memory, queues and semaphores. This happens when the user's last process has ended.

Without Landlock or the filter of system calls it is necessary; with both, nothing can be left.
"""

from __future__ import annotations

import ctypes
import functools
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from autograder.runtime import system
from autograder.runtime.linux import libc
from autograder.sandbox.files import remove

_USUAL = ("/dev/shm", "/dev/mqueue", "/tmp", "/var/tmp", "/run/lock", "/var/lock", "/var/crash")
_DEPTH = 4
"""How many levels below the root to search for folders where everybody may write."""

_SEEN_BY_NONE = ("/proc", "/sys")


def remove_all_of(uid: int) -> None:
    """Remove what `uid` owns in every place where everybody may write, and its System V objects.
    None of its processes may be left.
    """
    for place in _open_places():
        for path in _find_owned(place, uid):
            remove(Path(path))
    if system.LINUX:
        _remove_system_v(uid)


@functools.cache
def _open_places() -> tuple[str, ...]:
    """Folders where everybody may write: the usual ones, mount points, and folders near the
    root.
    """
    found = {
        place: None
        for place in (*_USUAL, tempfile.gettempdir(), *_mount_points())
        if _everybody_may_write(place)
    }
    level = ["/"]
    for _ in range(_DEPTH):
        level = [path for above in level for path in _folders_in(above)]
        found |= {path: None for path in level if _everybody_may_write(path)}
    return tuple(found)


def _mount_points() -> list[str]:
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    return [line.split()[1] for line in lines if len(line.split()) > 1]


def _everybody_may_write(path: str) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return stat.S_ISDIR(mode) and bool(mode & stat.S_IWOTH) and not path.startswith(_SEEN_BY_NONE)


def _folders_in(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [
                entry.path
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and entry.path not in _SEEN_BY_NONE
            ]
    except OSError:
        return []


def _find_owned(top: str, uid: int) -> Iterator[str]:
    """What `uid` owns below `top`; of a folder that it owns, only the folder itself. Does not
    follow links.
    """
    waiting = [top]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                listed = list(entries)
        except OSError:
            continue
        for entry in listed:
            try:
                found = entry.stat(follow_symlinks=False)
                if found.st_uid == uid:
                    yield entry.path
                # that user, who is in no group, could not enter other folders
                elif stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_IXOTH:
                    waiting.append(entry.path)
            except OSError:
                continue


def _remove_system_v(uid: int) -> None:
    library = libc()
    removals: Mapping[str, Callable[[int], object]] = {
        "shmid": lambda found: library.shmctl(found, 0, None),
        "msqid": lambda found: library.msgctl(found, 0, None),
        "semid": lambda found: library.semctl(found, 0, 0, ctypes.c_long(0)),
    }
    for kind, number in (("shm", "shmid"), ("msg", "msqid"), ("sem", "semid")):
        try:
            head, *rows = Path(f"/proc/sysvipc/{kind}").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            continue
        for row in rows:
            found = dict(zip(head.split(), row.split(), strict=False))
            if str(uid) in (found.get("uid"), found.get("cuid")):
                removals[number](int(found[number]))
