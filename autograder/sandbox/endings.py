"""How a worker ended, in words that continue a sentence about what it was asked."""

from __future__ import annotations

import contextlib
import signal
import subprocess

from autograder.runtime import machine
from autograder.sandbox.watchers import Process

OUT_OF_MEMORY = "ran out of the memory that there is"


class Unconfined(Exception):
    """Isolation was required and a hole is open; the text names it. No submission code has run."""


class Died(Exception):
    """The worker has stopped answering. The text is a cause that continues a sentence about the
    function or cell.

    `from_outside` says that it was killed, and not by this side: by the system, for lack of memory,
    or by somebody. `late` says that it took longer than allowed.
    """

    def __init__(self, cause: str, *, from_outside: bool = False, late: bool = False) -> None:
        super().__init__(cause)
        self.from_outside, self.late = from_outside, late


def how_ended(process: Process, killed_before: int) -> Died:
    """How the process that closed its connection ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        code = process.wait(timeout=2)
        if code == -signal.SIGXCPU:
            return Died("used up its processor time")
        if code == -signal.SIGKILL:
            for_memory = machine.kills_for_memory() > killed_before
            return (
                Died(OUT_OF_MEMORY)
                if for_memory
                else Died("was killed (SIGKILL)", from_outside=True)
            )
        if code < 0:
            return Died(f"was killed ({_signal_name(-code)})")
        return Died("ended the process")
    return Died("closed its connection")


def _signal_name(number: int) -> str:
    """The name of a signal that usually ends a process; "a signal" for any other, which would be
    the submission's choice.
    """
    usual = (
        signal.SIGKILL,
        signal.SIGSEGV,
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
    )
    return signal.Signals(number).name if number in usual else "a signal"
