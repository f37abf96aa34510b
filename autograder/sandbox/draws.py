"""The canonical draws of a worker that has run nothing of a submission."""

from __future__ import annotations

import contextlib
from typing import Any

from autograder.sandbox.endings import Died
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Settings


def canonical_draws(settings: Settings) -> dict[str, Any]:
    """The draws in a new worker (see `autograder.runtime.fingerprint.draws`); in one without
    shortcuts if it dies with them. Raises `Died`.
    """
    with contextlib.suppress(Died):
        return _draw(settings)
    return _draw(settings.without_shortcuts())


def _draw(settings: Settings) -> dict[str, Any]:
    worker = Worker(settings)
    try:
        return dict(worker.ask({"do": "draws"}, {}, settings.limits.start_seconds).header["draws"])
    finally:
        worker.end()
