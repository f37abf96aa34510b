"""Become another program that the system kills when the process that started this one ends.

Run as `python -I FILE PARENT COMMAND …`, with the number of the process that starts it. Standard
library only, and by the path of this file: it is the first thing in each kernel of a build.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tied(command: Sequence[str]) -> list[str]:
    """The command, to be started by this process, as one that ends with it. Where no system ties
    two processes, it stays as it is.
    """
    if sys.platform != "linux":
        return [*command]
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def main() -> None:
    """Do what the arguments ask for."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):  # it has ended before
        sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
