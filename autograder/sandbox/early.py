"""Start the worker while Otter's kernel is still importing Otter: each takes more than a second, and neither needs the other."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.sandbox.host import Limits, Settings, Worker, protect_this_process

_STARTUP = """\
from autograder.sandbox.early import start
start({settings!r})
"""

_waiting: list[Worker] = []


def write_startup(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Write IPython's startup file, which a kernel runs before its first cell; returns what IPYTHONDIR must be for that."""
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-worker.py").write_text(_STARTUP.format(settings=dict(settings)), encoding="utf-8")
    return folder


def start(settings: Mapping[str, Any]) -> None:
    """Start a worker that waits to be taken. What goes wrong here will go wrong again, and be told, when it is started later."""
    with contextlib.suppress(Exception):
        protect_this_process()
        _waiting.append(Worker(settings_of(settings), begin=False))


def taken(settings: Settings) -> Worker:
    """The worker that waits, if it was started with these settings, or a new one; confined, and ready to be asked."""
    while _waiting:
        worker = _waiting.pop()
        if worker.settings == settings:
            worker.begin()
            return worker
        worker.end()
    return Worker(settings)


def settings_of(settings: Mapping[str, Any]) -> Settings:
    """The worker's part of what the plugin tells Otter's kernel (see `autograder.isolation.kernel_settings`)."""
    return Settings(
        hidden=settings["hidden"],
        files=settings["files"],
        level=settings["level"],
        limits=Limits(**settings["limits"]),
        compiled=settings["compiled"],
    )
