"""Read from and write to pipes with a deadline, by waiting for the pipe or, where the system cannot
wait for one, by threads.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import sys
import threading
import time
from typing import Protocol

from autograder.runtime import system

_PART = 2**16
_WAITING = 256
"""The bytes that a thread reads at once, and the number of such parts that may wait in the
queue.
"""

_SOON = 1.0
"""The seconds that a thread gets to end with its process."""


class TooLate(Exception):
    """The deadline has passed."""


class Ends(Protocol):
    """Reads and writes bytes. Both methods raise `TooLate` after the deadline (of `time.monotonic`;
    None: never), and `OSError` if the other side has closed its end.
    """

    def read(self, size: int, deadline: float | None) -> bytes:
        """At least one byte and at most `size`; b"" if the other side has closed its end."""

    def write(self, content: memoryview, deadline: float | None) -> int:
        """Write some of the content, and return the number of bytes written."""

    def close(self) -> None: ...


def ends(read: int, write: int) -> Ends:
    """The ends with these descriptors."""
    if system.HANDS_ON_PIPES:
        return _Polled(read, write)
    return _Threaded(read, write)


def over_streams() -> tuple[int, int]:
    """Turn this process's standard input and output into the ends of pipes, and put an empty file
    in their place. Returns their descriptors.
    """
    taken = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in taken:
            msvcrt.setmode(descriptor, os.O_BINARY)
    return taken


class _Polled:
    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        # Both ends need this: the process that writes into a pipe may also take its bytes back
        # between the wait and the read.
        for end in (read, write):
            if sys.platform != "win32":
                os.set_blocking(end, False)

    def read(self, size: int, deadline: float | None) -> bytes:
        while True:
            _wait([self._read], [], deadline)
            with contextlib.suppress(BlockingIOError):
                return os.read(self._read, size)

    def write(self, content: memoryview, deadline: float | None) -> int:
        while True:
            _wait([], [self._write], deadline)
            with contextlib.suppress(BlockingIOError):
                return os.write(self._write, content[:_PART])

    def close(self) -> None:
        for descriptor in (self._read, self._write):
            os.close(descriptor)


def _wait(read: list[int], write: list[int], deadline: float | None) -> None:
    left = None if deadline is None else deadline - time.monotonic()
    if (left is not None and left <= 0) or not any(select.select(read, write, [], left)):
        raise TooLate


class _Threaded:
    """One thread reads ahead. Another writes, and the caller waits for it."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._parts: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._part = b""
        self._closed = False
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()
        self._writer: threading.Thread | None = None

    def read(self, size: int, deadline: float | None) -> bytes:
        if not self._part:
            try:
                self._part = self._parts.get(timeout=_seconds_left(deadline))
            except queue.Empty:
                raise TooLate from None
            if not self._part:
                self._parts.put(b"")  # for the next call
        taken, self._part = self._part[:size], self._part[size:]
        return taken

    def write(self, content: memoryview, deadline: float | None) -> int:
        faults: list[OSError] = []
        part = bytes(content[: 2**20])
        self._writer = threading.Thread(target=self._write_all, args=(part, faults), daemon=True)
        self._writer.start()
        self._writer.join(_seconds_left(deadline))
        if self._writer.is_alive():
            raise TooLate
        if faults:
            raise faults[0]
        return len(part)

    def close(self) -> None:
        """Close what no thread uses. A thread that waits for a process which has not ended keeps
        its end open.
        """
        self._closed = True
        for thread, descriptor in ((self._reader, self._read), (self._writer, self._write)):
            if thread is not None:
                thread.join(_SOON)
            if thread is None or not thread.is_alive():
                os.close(descriptor)

    def _read_on(self) -> None:
        part = b"begin"
        while part:
            try:
                part = os.read(self._read, _PART)
            except OSError:
                part = b""
            while not self._closed:
                with contextlib.suppress(queue.Full):
                    self._parts.put(part, timeout=0.2)
                    break

    def _write_all(self, part: bytes, faults: list[OSError]) -> None:
        try:
            left = memoryview(part)
            while left:
                left = left[os.write(self._write, left) :]
        except OSError as fault:
            faults.append(fault)


def _seconds_left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())
