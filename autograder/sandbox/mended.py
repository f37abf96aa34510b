"""Report to the instructor a request that failed with shortcuts and succeeded without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograder.runtime import switches
from autograder.sandbox.endings import Died, Unconfined
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Settings

TO_FIND_OUT = 60.0
"""The seconds that must be left of a submission's time to search for the shortcut that failed."""


@dataclass(frozen=True)
class Mended:
    """A request that killed a worker with shortcuts and was answered without them.

    `function` is the function that was called ("" for a cell), `cause` is how the worker died,
    `shortcuts` are those that were on, and `cells` are the cells that had run in it.
    """

    function: str
    cause: str
    shortcuts: tuple[str, ...]
    cells: tuple[Mapping[str, Any], ...]
    request: Mapping[str, Any]
    arrays: Mapping[str, Any]

    def sentence(self, settings: Settings, seconds_left: Callable[[], float]) -> str:
        """A sentence that says what died with shortcuts and succeeded without, and which shortcut
        was responsible.

        Grading waits for this, because it starts one process for each shortcut to find the one that
        fails.
        """
        if seconds_left() < TO_FIND_OUT:
            which = "there was no time to find out which of them fails"
        elif alone := [
            name for name in self.shortcuts if self._dies_with(name, settings, seconds_left)
        ]:
            which = f"it fails again with {', '.join(alone)} alone"
        else:
            which = "it fails with none of them alone"
        return (
            f"{self.function or 'a cell'} {self.cause} with the shortcuts "
            f"{', '.join(self.shortcuts)}. Without them it gave an answer, which was graded; "
            f"{which}"
        )

    def _dies_with(
        self, shortcut: str, settings: Settings, seconds_left: Callable[[], float]
    ) -> bool:
        """Whether the request kills a worker that takes only this shortcut."""
        limits = settings.limits
        alone = replace(
            settings, without=tuple(name for name in switches.IN_WORKERS if name != shortcut)
        )
        try:
            worker = Worker(alone)
        except (Died, OSError, Unconfined):
            return False
        try:
            for cell in self.cells:
                worker.ask(cell, {}, min(limits.cell_seconds, max(seconds_left(), 1.0)))
            worker.ask(
                self.request, self.arrays, min(limits.call_seconds, max(seconds_left(), 1.0))
            )
        except Died:
            return True
        finally:
            worker.end()
        return False
