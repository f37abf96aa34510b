"""Inspect other processes where there is no `/proc` to read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.runtime import system


def resident(process: int) -> int | None:
    """The bytes of memory that a process and its descendants have, or None once it has ended. On
    Windows the interpreter of an environment is a child of the process that was started.
    """
    return _sum(process, lambda asked: int(asked.memory_info().rss))


def threads(process: int) -> int | None:
    """The number of threads that a process and its descendants have, or None once it has ended."""
    return _sum(process, lambda asked: int(asked.num_threads()))


def memory_of_tree(process: int) -> int:
    """The bytes of memory that a process and its descendants have. Shared pages count for each."""
    return resident(process) or 0


def began(process: int) -> str:
    """The time when a process began, as text, or "" if it has ended."""
    return _ask(process, lambda found: str(found.create_time())) or ""


def working_in(folder: str) -> list[int]:
    """The processes whose working directory is a folder or below it."""
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


def _sum(process: int, question: Callable[[Any], int]) -> int | None:
    """The sum of the answers of a process and its descendants, or None once it has ended itself."""
    import psutil

    total: int | None = _ask(process, question)
    for child in _ask(process, lambda found: found.children(recursive=True)) or ():
        with contextlib.suppress(psutil.Error, OSError):
            total = (total or 0) + question(child)
    return total


def _ask(process: int, question: Callable[[Any], Any]) -> Any:
    import psutil

    try:
        return question(psutil.Process(process))
    except (psutil.Error, OSError):
        return None
