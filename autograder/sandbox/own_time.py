"""The time and memory that a test takes by itself, beside what it asks of the submission's process:
data of a submission drives the loops of a test, as in `sum(numbers)` of a range without end.

A test that takes too long is ended by an exception. Where Python does not come to look for one,
inside a single step such as that sum, the whole process ends a little later, and leaves a mark.
"""

from __future__ import annotations

import contextlib
import faulthandler
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from autograder.runtime import system

AGAIN = 5.0
"""Seconds after which a test that goes on is ended again, and after which the process ends."""


class TookTooLong(BaseException):
    """A test has taken longer than it may. No `Exception`, which a test may catch."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"it ran for more than {round(seconds, 1):g} seconds on what the submission returned"
        )


@dataclass
class _Clock:
    seconds: float
    left: float
    mark: IO[str]
    running_since: float | None = None

    def run(self) -> None:
        self.running_since = time.monotonic()
        left = max(self.left, 0.01)
        faulthandler.dump_traceback_later(left + AGAIN, exit=True, file=self.mark)
        system.set_alarm(left, AGAIN)

    def stop(self) -> None:
        if self.running_since is not None:
            self.left -= time.monotonic() - self.running_since
            self.running_since = None
        system.set_alarm(0)
        faulthandler.cancel_dump_traceback_later()

    def over(self, _number: int, _frame: FrameType | None) -> None:
        if self.running_since is None:
            return
        # the next time, the test has a case that has just begun
        faulthandler.dump_traceback_later(2 * AGAIN, exit=True, file=self.mark)
        raise TookTooLong(self.seconds)


_clock: _Clock | None = None


@contextlib.contextmanager
def limited_memory(more: int) -> Iterator[None]:
    """In the block, this process gets at most `more` bytes beyond those that it has, and a
    `MemoryError` in place of what is too much. Linux only.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        (now,) = re.findall(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)
    except (OSError, ValueError):
        yield
        return
    with system.data_limited(int(now) * 1024 + more):
        yield


@contextlib.contextmanager
def limited(seconds: float, mark: Path) -> Iterator[None]:
    """In the block, raise `TookTooLong` after so many seconds, and every few seconds from then on.
    Where that does not end a step, this process ends, and there is something in `mark`.

    Does nothing where there are no such signals, and outside of the main thread.
    """
    global _clock
    if system.ALARM is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    with mark.open("w", encoding="utf-8") as file:
        clock = _Clock(seconds, seconds, file)
        before = signal.signal(system.ALARM, clock.over)
        _clock = clock
        try:
            clock.run()
            yield
        finally:
            clock.stop()
            _clock = None
            signal.signal(system.ALARM, before)


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """In the block, the test waits for the submission, and its own time stands still."""
    clock = _clock
    if clock is None or clock.running_since is None:
        yield
        return
    clock.stop()
    try:
        yield
    finally:
        clock.run()


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """In a block inside of `asking`, the test computes something for the submission."""
    clock = _clock
    if clock is None:
        yield
        return
    clock.run()
    try:
        yield
    finally:
        clock.stop()
