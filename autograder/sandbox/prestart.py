"""Start the worker before it is asked for: importing JAX takes it a second, in which the grader has other things to do."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from autograder.sandbox.host import Worker, protect_this_process
from autograder.sandbox.settings import Limits, Settings

_waiting: list[Worker] = []


def start(settings: Settings) -> None:
    """Start a worker that waits to be taken. What goes wrong here will go wrong again, and be told, when it is started later."""
    with contextlib.suppress(Exception):
        protect_this_process()
        _waiting.append(Worker(settings, begin=False))


def take(settings: Settings) -> Worker:
    """The worker that waits, if it was started with these settings, or a new one; confined, and ready to be asked."""
    while _waiting:
        worker = _waiting.pop()
        if worker.settings == settings:
            worker.begin()
            return worker
        worker.end()
    return Worker(settings)


def discard() -> None:
    """End a worker that nobody has taken."""
    while _waiting:
        _waiting.pop().end()


def settings_of(settings: Mapping[str, Any]) -> Settings:
    """The worker's part of what the plugin tells Otter's kernel (see `autograder.grading.stage.kernel_settings`)."""
    return Settings(
        hidden=settings["hidden"],
        files=settings["files"],
        level=settings["level"],
        limits=Limits(**settings["limits"]),
        compiled=settings["compiled"],
    )
