"""Watch a worker in threads, and have it killed when it uses more memory, starts more threads, or
leaves more in its folder than it may.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.runtime import machine, processes, system
from autograder.sandbox import nursery
from autograder.sandbox.confined.confine import MAX_THREADS
from autograder.sandbox.files import too_much_in
from autograder.sandbox.held import Held, held_by, look_as, shared_memory
from autograder.sandbox.settings import Limits

FOR_THE_GRADER = 200 * 2**20
"""The bytes of a small container's memory that are kept for Otter and its kernel."""

Process = subprocess.Popen[bytes] | nursery.Child


def begin(
    process: Process, limits: Limits, scratch: Path, uid: int | None, kill: Callable[[str], None]
) -> None:
    """Watch `process`, which belongs to the user `uid` (None: this process's own), and its folder
    `scratch` until it ends. `kill` is called with the cause, which continues a sentence.
    """
    watched = _Watched(process, limits, memory_limit(limits), scratch, uid, kill)
    for watch in (watched.memory, watched.threads, watched.what_is_held):
        threading.Thread(target=watch, daemon=True).start()


def memory_limit(limits: Limits) -> int:
    """Bytes of resident memory that a submission may use."""
    return limits.resident_bytes or _share_of(machine.memory())


def too_much_memory(limits: Limits) -> str:
    """The cause to report for a process that used more memory than it may."""
    return f"used more than {memory_limit(limits) // 2**20} MB of memory"


@dataclass(frozen=True)
class _Watched:
    process: Process
    limits: Limits
    limit: int
    scratch: Path
    uid: int | None
    kill: Callable[[str], None]

    def memory(self) -> None:
        """Watch the resident memory."""
        while self.process.poll() is None:
            resident = self._resident()
            if resident is None:
                return
            if resident > self.limit:
                self.kill(too_much_memory(self.limits))
                return
            time.sleep(0.05)

    def what_is_held(self) -> None:
        """Watch the folder, and what the process holds that is neither there nor resident."""
        if system.LINUX:
            look_as(self.uid)
        while self.process.poll() is None:
            held = self._find_held()
            resident = self._resident()
            if held is not None and resident is not None and held.memory:
                with contextlib.suppress(OSError):
                    resident -= shared_memory(self.process.pid)
                if resident + held.memory > self.limit:
                    self.kill(too_much_memory(self.limits))
                    return
            left = too_much_in(self.scratch, 0 if held is None else held.files)
            if left is not None:
                self.kill(left)
                return
            time.sleep(0.25)

    def _resident(self) -> int | None:
        if not system.LINUX:
            return processes.resident(self.process.pid)
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
            return int(pages) * system.page_size()
        except (OSError, IndexError, ValueError):
            return None

    def _find_held(self) -> Held | None:
        try:
            return held_by(self.process.pid)
        except (OSError, ValueError):
            return None

    def threads(self) -> None:
        """Watch the number of threads. The system's own limit counts all threads of a user, so it
        holds only for a worker with a user of its own.
        """
        while self.process.poll() is None:
            threads = self._threads()
            if threads is None:
                return
            if threads > MAX_THREADS:
                self.kill(f"started more than {MAX_THREADS} threads")
                return
            time.sleep(0.02 if system.LINUX else 0.2)

    def _threads(self) -> int | None:
        if not system.LINUX:
            return processes.threads(self.process.pid)
        try:
            status = Path(f"/proc/{self.process.pid}/stat").read_text(
                encoding="utf-8", errors="replace"
            )
            return int(status.rsplit(")", 1)[1].split()[17])
        except (OSError, IndexError, ValueError):
            return None


def _share_of(memory: int) -> int:
    """The bytes that a submission may use out of `memory`."""
    return memory - max(memory // 4, FOR_THE_GRADER)
