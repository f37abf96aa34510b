"""Soften calls that correct programs make and that the filter of system calls refuses: in grading
they do nothing and do not raise.

A file keeps its own times. Shared memory becomes plain memory where no other process could share
it.
"""

from __future__ import annotations

import mmap
import os
from typing import Any

from autograder.runtime import system

_set_times = os.utime


def soften() -> None:
    """Make these calls of Python succeed in this process from now on."""
    if not system.WALLS:
        return
    for supported in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if _set_times in supported:
            supported.add(_utime)
    os.utime = _utime

    class OwnMemory(mmap.mmap):
        """A mapping. Memory without a file belongs to this process alone."""

        def __new__(
            cls, fileno: int, length: int, flags: int = mmap.MAP_SHARED, *others: Any, **named: Any
        ) -> OwnMemory:
            if fileno == -1:
                flags = flags & ~mmap.MAP_SHARED | mmap.MAP_PRIVATE
            return super().__new__(cls, fileno, length, flags, *others, **named)

    mmap.mmap = OwnMemory  # type: ignore[misc]


def _utime(path: Any, times: Any = None, *, ns: Any = None, **where: Any) -> None:
    try:
        _set_times(path, times, **({} if ns is None else {"ns": ns}), **where)
    except PermissionError:
        os.stat(path, **where)  # noqa: PTH116 - raises where there is no such file
