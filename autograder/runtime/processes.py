"""Look at other processes, where there is no `/proc` to read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.runtime import system


def resident(process: int) -> int | None:
    """Bytes of memory that a process has; None once it has ended."""
    found: int | None = _asked(process, lambda asked: int(asked.memory_info().rss))
    return found


def threads(process: int) -> int | None:
    """How many threads a process has; None once it has ended."""
    found: int | None = _asked(process, lambda asked: int(asked.num_threads()))
    return found


def memory_of_tree(process: int) -> int:
    """Bytes of memory that a process and its descendants have, shared ones counted for each."""
    tree = _asked(process, lambda found: [process, *(c.pid for c in found.children(True))])
    return sum(resident(each) or 0 for each in tree or ())


def began(process: int) -> str:
    """When a process began; "" if it has ended."""
    return _asked(process, lambda found: str(found.create_time())) or ""


def working_in(folder: str) -> list[int]:
    """The processes that work in a folder or below."""
    found: list[int] = []
    if system.LINUX:
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str((entry / "cwd").readlink()).startswith(folder):
                    found.append(int(entry.name))
        return found
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd().startswith(folder):
                found.append(process.pid)
    return found


def _asked(process: int, question: Callable[[Any], Any]) -> Any:
    import psutil

    try:
        return question(psutil.Process(process))
    except (psutil.Error, OSError):
        return None
