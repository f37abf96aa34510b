"""Limit the time and memory that a test itself takes, apart from what it asks of the submission's
process: a submission's data drives the loops of a test, as in `sum(numbers)` of an endless range.

An exception ends a test that takes too long. If Python never gets to raise it, as inside a single
step such as that sum, the whole process ends a little later and leaves a mark.
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

RAN_LONGER = "ran for more than"

AGAIN = 5.0
"""The seconds after which a test that goes on is interrupted again, and after which the process
ends.
"""


class TookTooLong(BaseException):
    """A test has taken longer than it may. This is not an `Exception`, because a test may catch
    those.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"it {RAN_LONGER} {round(seconds, 1):g} seconds on what the submission returned"
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
        # next time, the test has only just started another case
        faulthandler.dump_traceback_later(2 * AGAIN, exit=True, file=self.mark)
        raise TookTooLong(self.seconds)


_clock: _Clock | None = None


@contextlib.contextmanager
def limited_memory(more: int) -> Iterator[None]:
    """In the block, this process gets at most `more` bytes beyond what it has; a larger request
    raises `MemoryError`. Linux only.
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
def limit(seconds: float, mark: Path) -> Iterator[None]:
    """In the block, raise `TookTooLong` after `seconds`, and every few seconds from then on. If
    that does not end a step, this process ends and leaves something in `mark`.

    Does nothing where these signals do not exist, or outside the main thread.
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
    """In the block, the test waits for the submission, and its own clock stands still."""
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
    """In a block inside `asking`, the test computes something for the submission."""
    clock = _clock
    if clock is None:
        yield
        return
    clock.run()
    try:
        yield
    finally:
        clock.stop()
