"""Use Landlock to give up all files except those below some paths.

Numbers and structures are those of `linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

from autograder.runtime.linux import syscall

_CALLS = {"create": 444, "add": 445, "restrict": 446}
_READ = 1 | 1 << 2 | 1 << 3  # execute, read file, read directory
# Write, remove directory and file, make directory and regular file, truncate.
_WRITE = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 14
_FILE_ONLY = 1 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15


def restrict_files(readable: Sequence[str], scratch: str) -> None:
    """Allow this process to read `readable` and to use `scratch` fully, but no other file. Raises
    `OSError` if the kernel has no Landlock.
    """
    version = syscall(_CALLS["create"], None, 0, 1)
    handled = (1 << 13) - 1
    if version >= 2:
        handled |= 1 << 13  # refer
    if version >= 3:
        handled |= 1 << 14  # truncate
    if version >= 5:
        handled |= 1 << 15  # ioctl on devices
    network = 3 if version >= 4 else 0  # bind and connect over TCP
    scoped = 3 if version >= 6 else 0  # abstract sockets, and signals to processes outside
    attributes = struct.pack("<QQQ", handled, network, scoped)[
        : 8 if version < 4 else 16 if version < 6 else 24
    ]
    ruleset = syscall(_CALLS["create"], ctypes.c_char_p(attributes), len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ & handled)
        _allow(ruleset, scratch, (_READ | _WRITE) & handled)
        # Not /dev/zero: memory mapped from it stays even when the process gives it back.
        _allow(ruleset, "/dev/null", (_READ | 1 << 1) & handled)
        syscall(_CALLS["restrict"], ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a missing or unreachable path needs no permission
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - as the kernel sees it, links followed
            access &= _FILE_ONLY
        syscall(
            _CALLS["add"], ruleset, 1, ctypes.c_char_p(struct.pack("<Qi", access, descriptor)), 0
        )
    finally:
        os.close(descriptor)
