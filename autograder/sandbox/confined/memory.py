"""Free memory while no request waits, so that a small container has enough."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from pathlib import Path

from autograder.runtime import system

_GROWN = 10
"""Memory is freed again once it has grown by this part of what the process may keep."""


class Kept:
    """Returns memory to the system when this process has more than `keep` bytes of its own.

    Each compiled program takes megabytes, which a small container lacks. A program that is needed
    again is compiled again. Memory that cannot be freed, such as a submission's own data, does not
    make every request free the programs again.
    """

    def __init__(self, keep: int) -> None:
        self._keep = self._enough = keep

    def give_back(self) -> None:
        """Free what can be freed, if the process has too much and more than after the last time."""
        own = _own_bytes()
        if own > self._enough:
            import jax

            jax.clear_caches()
            gc.collect()
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).malloc_trim(0)  # otherwise glibc keeps freed memory
            own = _own_bytes()
            self._enough = own + self._keep // _GROWN
        # Data that a cell lets go leaves less than was there the last time.
        self._enough = max(self._keep, min(self._enough, own + self._keep // _GROWN))


def _own_bytes() -> int:
    """The bytes of memory that this process shares with no file; 0 if the system does not say."""
    try:
        resident, shared = map(
            int, Path("/proc/self/statm").read_text(encoding="utf-8").split()[1:3]
        )
    except OSError:
        return 0
    return (resident - shared) * system.page_size()
