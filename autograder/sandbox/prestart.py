"""Start the worker before it is needed: it imports JAX for a second while the grader does other
things.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from autograder.sandbox.host import Worker
from autograder.sandbox.own_process import protect_this_process
from autograder.sandbox.settings import Limits, Settings

_waiting: list[Worker] = []


def start(settings: Settings) -> None:
    """Start a worker that waits to be taken. Errors are ignored here; they will recur and be
    reported when a worker is started later.
    """
    with contextlib.suppress(Exception):
        protect_this_process()
        _waiting.append(Worker(settings, begin=False))


def take(settings: Settings) -> Worker:
    """The waiting worker if it was started with these settings, otherwise a new one; confined and
    ready for requests.
    """
    while _waiting:
        worker = _waiting.pop()
        if worker.settings == settings:
            worker.begin()
            return worker
        worker.end()
    return Worker(settings)


def discard() -> None:
    """End a waiting worker that nobody took."""
    while _waiting:
        _waiting.pop().end()


def settings_of(settings: Mapping[str, Any]) -> Settings:
    """The worker's part of the settings that the plugin gives Otter's kernel (see
    `autograder.grading.stage.kernel_settings`).
    """
    return Settings(
        hidden=settings["hidden"],
        files=settings["files"],
        level=settings["level"],
        limits=Limits(**settings["limits"]),
        compiled=settings["compiled"],
    )
