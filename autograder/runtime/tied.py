"""Become another program that the system kills when the process that started this one ends.

Run as `python -I FILE PARENT COMMAND …`, where PARENT is the number of the process that starts it.
Standard library only, started by the path of this file: each kernel of a build runs it first.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tie(command: Sequence[str]) -> list[str]:
    """The command in a form that ends with this process, which starts it. It stays as it is where
    the system cannot tie two processes.
    """
    if sys.platform != "linux":
        return [*command]
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def main() -> None:
    """Become the command among the arguments."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):  # the parent has already ended
        sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
