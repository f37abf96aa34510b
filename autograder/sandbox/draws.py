"""The canonical draws of a worker that has run nothing of a submission."""

from __future__ import annotations

import contextlib
from typing import Any

from autograder.sandbox.endings import Died
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Settings


def draws_of_a_new_worker(settings: Settings, samplers: tuple[str, ...]) -> dict[str, Any]:
    """The draws of a new worker (see `autograder.runtime.fingerprint.draws`). If it dies, they come
    from one without shortcuts. Raises `Died`.
    """
    with contextlib.suppress(Died):
        return _draw(settings, samplers)
    return _draw(settings.without_shortcuts(), samplers)


def _draw(settings: Settings, samplers: tuple[str, ...]) -> dict[str, Any]:
    worker = Worker(settings)
    try:
        asked = {"do": "draws", "samplers": list(samplers)}
        return dict(worker.ask(asked, {}, settings.limits.start_seconds).header["draws"])
    finally:
        worker.end()
