"""A miniature hostile submission: it tries once each thing that a submission must not be able to
do.
"""

from __future__ import annotations

import functools
import os
import socket
import stat
from collections.abc import Callable, Sequence
from typing import Any

from autograder.runtime import system

HOLES = (
    "read hidden files",
    "write beside the scratch folder",
    "change modes or times of files outside",
    "open a network socket",
    "start a process",
    "signal the grader",
    "read the grader's memory",
    "read the grader's environment",
    "list the grader's files",
)


def open_holes(hidden: Sequence[str]) -> list[str]:
    """The names of the things that a submission must not be able to do but this process still can.
    Where there are no walls, a hole that cannot be tried without harm counts as open.
    """
    if not system.WALLS:
        return [name for name, attempt in zip(HOLES, _harmless(hidden), strict=True) if attempt()]
    parent = os.getppid()
    tries: tuple[Callable[[], Any], ...] = (
        lambda: _any_of(_read, hidden),
        lambda: _any_of(_create_in, hidden),
        lambda: _any_of(_change, hidden),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
        _fork,
        lambda: os.kill(parent, 0),
        lambda: _read(f"/proc/{parent}/mem"),
        lambda: _read(f"/proc/{parent}/environ"),
        lambda: os.listdir(f"/proc/{parent}/fd"),  # noqa: PTH208 - as the kernel answers it
    )
    return [name for name, attempt in zip(HOLES, tries, strict=True) if _succeeds(attempt)]


def _harmless(hidden: Sequence[str]) -> list[Callable[[], bool]]:
    """Those of `HOLES` that can be tried anywhere. On Windows, trying to signal the grader would
    end it.
    """
    files = (_read, _create_in, _change)
    return [
        *(functools.partial(_succeeds, functools.partial(_any_of, each, hidden)) for each in files),
        *([lambda: True] * (len(HOLES) - len(files))),
    ]


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


def _change(path: str) -> None:
    """Change the mode or the times, and change them back. The return value alone proves nothing,
    because the filter lets some of these calls succeed without effect.
    """
    before = os.stat(path)  # noqa: PTH116
    mode = stat.S_IMODE(before.st_mode)
    times = before.st_atime_ns, before.st_mtime_ns
    changed = False
    try:
        os.chmod(path, mode ^ stat.S_IXGRP)  # noqa: PTH101
        changed = os.stat(path).st_mode != before.st_mode  # noqa: PTH116
        os.chmod(path, mode)  # noqa: PTH101
    except OSError:
        changed = False
    os.utime(path, ns=(times[0], times[1] - 1))
    changed = changed or os.stat(path).st_mtime_ns != times[1]  # noqa: PTH116
    os.utime(path, ns=times)
    if not changed:
        raise PermissionError


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
