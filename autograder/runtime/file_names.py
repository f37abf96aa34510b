"""File names on every system: which names are possible, and how to replace files that other
programs hold open.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from autograder.runtime import system

_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_REFUSED = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]+$')

PATIENCE = 2.0
"""Seconds to wait for a program that holds a file open."""


def is_device(name: str) -> bool:
    """Whether a name belongs to a device on Windows, so that no file can have it."""
    return _DEVICE.match(name) is not None


def possible(name: str) -> str:
    """A name that a file can have here: this one, or on Windows a similar one."""
    if not system.WINDOWS:
        return name
    name = _REFUSED.sub(lambda found: "_" * len(found[0]), name)
    return f"_{name}" if is_device(name) else name


def put_in_place(part: Path, target: Path) -> None:
    """Rename `part` to `target` in one step. On Windows, a program that reads the target may block
    this for a moment; raises `PermissionError` if it takes longer than `PATIENCE`.
    """
    until = time.monotonic() + (PATIENCE if system.WINDOWS else 0.0)
    while True:
        try:
            part.replace(target)
            return
        except PermissionError:
            if time.monotonic() >= until:
                raise
        time.sleep(0.05)
