"""Threads beside a worker that have it killed when it uses more memory, starts more threads, or
leaves more in its folder, than it may.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from autograder.runtime import machine
from autograder.sandbox import nursery
from autograder.sandbox.confined.confine import MAX_THREADS
from autograder.sandbox.files import MAX_SCRATCH, MAX_SCRATCH_FILES, too_much_in
from autograder.sandbox.settings import Limits

FOR_THE_GRADER = 200 * 2**20
"""Bytes of a small container's memory that are kept for Otter and its kernel, beside the
submission.
"""

Process = subprocess.Popen[bytes] | nursery.Child


def begin(process: Process, limits: Limits, scratch: Path, kill: Callable[[str], None]) -> None:
    """Watch `process` and its folder `scratch` until it ends. `kill` is called with the cause,
    which continues a sentence.
    """
    for watch, about in ((_watch_memory, limits), (_watch_scratch, scratch)):
        threading.Thread(target=watch, args=(process, about, kill), daemon=True).start()
    threading.Thread(target=_watch_threads, args=(process, kill), daemon=True).start()


def memory_limit(limits: Limits) -> int:
    """Bytes of resident memory that a submission may use."""
    return limits.resident_bytes or _share_of(machine.memory())


def _watch_memory(process: Process, limits: Limits, kill: Callable[[str], None]) -> None:
    limit = memory_limit(limits)
    path = Path(f"/proc/{process.pid}/statm")
    page = os.sysconf("SC_PAGE_SIZE")
    while process.poll() is None:
        try:
            resident = int(path.read_text().split()[1]) * page
        except (OSError, IndexError, ValueError):
            return
        if resident > limit:
            kill(f"used more than {limit // 2**20} MB of memory")
            return
        time.sleep(0.05)


def _watch_threads(process: Process, kill: Callable[[str], None]) -> None:
    """The system counts the threads of a user, so it holds those of a user of its own only."""
    path = Path(f"/proc/{process.pid}/stat")
    while process.poll() is None:
        try:
            threads = int(path.read_text().rsplit(")", 1)[1].split()[17])
        except (OSError, IndexError, ValueError):
            return
        if threads > MAX_THREADS:
            kill(f"started more than {MAX_THREADS} threads")
            return
        time.sleep(0.02)


def _watch_scratch(process: Process, scratch: Path, kill: Callable[[str], None]) -> None:
    while process.poll() is None:
        if too_much_in(scratch):
            kill(
                f"left more than {MAX_SCRATCH // 2**20} MB or {MAX_SCRATCH_FILES} files in its "
                "folder"
            )
            return
        time.sleep(0.5)


def _share_of(memory: int) -> int:
    """Bytes that a submission may use out of `memory`."""
    return memory - max(memory // 4, FOR_THE_GRADER)
