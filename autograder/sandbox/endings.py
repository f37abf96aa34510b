"""Say how a worker ended, in words that continue a sentence about what it was asked."""

from __future__ import annotations

import contextlib
import subprocess

from autograder.runtime import machine, system
from autograder.sandbox.watchers import Process

_USUAL = ("SIGKILL", "SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGALRM")
"""The signals that usually end a process. A submission would have chosen any other."""

OUT_OF_MEMORY = "ran out of memory"


class Unconfined(Exception):
    """Isolation was required and a hole is open; the text names it. No submission code has run."""


class Died(Exception):
    """The worker has stopped answering. The text is a cause that continues a sentence about the
    function or cell.

    `from_outside` says that something other than this side killed it: the system, for lack of
    memory, or somebody. `late` says that it took longer than allowed.
    """

    def __init__(self, cause: str, *, from_outside: bool = False, late: bool = False) -> None:
        super().__init__(cause)
        self.from_outside, self.late = from_outside, late


def how_ended(process: Process, killed_before: int) -> Died:
    """How the process that closed its connection ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        code = process.wait(timeout=2)
        killed = system.killed_by(code)
        if killed == "SIGXCPU":
            return Died("used up its processor time")
        if killed == "SIGKILL":
            for_memory = machine.kills_for_memory() > killed_before
            return (
                Died(OUT_OF_MEMORY)
                if for_memory
                else Died("was killed (SIGKILL)", from_outside=True)
            )
        if killed:
            return Died(f"was killed ({killed if killed in _USUAL else 'a signal'})")
        return Died("ended the process")
    return Died("closed its connection")
