"""Linux system calls that the standard library lacks."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Any

from autograder.runtime import system

(
    PR_SET_PDEATHSIG,
    PR_SET_DUMPABLE,
    PR_SET_NAME,
    PR_SET_SECCOMP,
    PR_CAPBSET_DROP,
    PR_SET_NO_NEW_PRIVS,
) = 1, 4, 15, 22, 24, 38


def libc() -> Any:
    """The C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *arguments: Any) -> None:
    """Call `prctl`. Raises `OSError`."""
    padded = [*arguments, *[0] * (4 - len(arguments))]
    values = [
        argument if isinstance(argument, ctypes.c_char_p) else ctypes.c_ulong(int(argument))
        for argument in padded
    ]
    check(libc().prctl(option, *values), f"prctl {option}")


def end_with_parent() -> None:
    """Make the system kill this process when the thread that started it ends. Does nothing on other
    systems.
    """
    if system.LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def syscall(number: int, *arguments: Any) -> int:
    """Make system call `number` and return its result. Raises `OSError`."""
    values = [
        ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments
    ]
    return check(int(libc().syscall(ctypes.c_long(number), *values)), f"system call {number}")


def check(result: int, what: str) -> int:
    """Return `result` unless it is negative. Raises `OSError` with the reason."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result
