"""Names of files on every system: what a name may be here, and files that others hold open."""

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
    """Whether a name is that of a device on Windows, where no file can have it."""
    return _DEVICE.match(name) is not None


def possible(name: str) -> str:
    """A name that a file can have here: this one, or on Windows one like it."""
    if not system.WINDOWS:
        return name
    name = _REFUSED.sub(lambda found: "_" * len(found[0]), name)
    return f"_{name}" if is_device(name) else name


def put_in_place(part: Path, target: Path) -> None:
    """Give `part` the name of `target`, in one step. On Windows a program that reads the target
    holds it for a moment. Raises `PermissionError` if for longer.
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
