"""Replace the worker of a submission when it dies: the cells that ran in it run again, and the
deaths of one question cost no other question.

No shortcut may change a verdict. When a worker with shortcuts dies, its last request is repeated in
a new interpreter without any, before the answer is judged. All later requests go to such
interpreters too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.sandbox import prestart
from autograder.sandbox.budget import CELL, Budget, NotAsked, Subject
from autograder.sandbox.draws import draws_of_a_new_worker
from autograder.sandbox.endings import Died, Unconfined
from autograder.sandbox.host import Serve, Started, Worker
from autograder.sandbox.mended import Mended
from autograder.sandbox.own_time import TookTooLong
from autograder.sandbox.settings import Settings
from autograder.sandbox.wire import Frame

STARTS = 3
"""The number of attempts to start a worker. All but the first are without shortcuts."""

SECOND_CHANCES = 2
"""How many calls of a submission are repeated because their worker was killed from outside."""


class RestartedWorker:
    """Run cells and answer requests in one worker after another. Methods that send a request raise
    `Died` if there is no answer.
    """

    def __init__(self, settings: Settings, questions: int) -> None:
        """Start the first worker, for a submission with tests of `questions` questions. If none can
        be started, `problem` says why.
        """
        self._settings = settings
        self._cells: list[Mapping[str, Any]] = []
        self._second_chances = SECOND_CHANCES
        self._mended: Mended | None = None
        self._worker: Worker | None = None
        self.problem: str | None = None
        self._lost = False
        self._start()
        self.started: Started | None = self._worker.started if self._worker else None
        self._budget = Budget(settings.limits.submission_seconds, questions)

    def seconds_left(self) -> float:
        """The seconds that the submission has left."""
        return self._budget.seconds_left()

    def next_question(self) -> None:
        """Start the next question. Once workers have died, it gets only its share of the time that
        is left.
        """
        self._budget.next_question()

    def cell(self, request: Mapping[str, Any]) -> Frame:
        """Run a cell, and remember it for later workers."""
        limit = self._settings.limits.cell_seconds
        frame = self._slowly_on_doubt(CELL, request, {}, self._budget.for_cell(limit))
        self._cells.append(request)
        return frame

    def define(self, source: str) -> tuple[str, ...]:
        """Run only the definitions and imports of a cell that killed its worker, and remember that
        for later workers.

        Returns the names that it defined.
        """
        request = {"do": "define", "source": source}
        try:
            frame = self._once(
                request,
                {},
                self._budget.for_cell(self._settings.limits.call_seconds),
            )
        except Died:
            return ()
        self._cells.append(request)
        defined = frame.header.get("defined")
        return (
            tuple(name for name in defined if isinstance(name, str))
            if isinstance(defined, list)
            else ()
        )

    def ask(
        self,
        function: str,
        request: Mapping[str, Any],
        arrays: Mapping[str, Any],
        seconds: float,
        *,
        watched: bool = False,
        serve: Serve | None = None,
    ) -> Frame:
        """Send a request about a function ("" if it concerns none), and wait for the answer for at
        most `seconds`.

        With `watched`, the request asks how the function computes its answer, not for the answer.
        `serve` answers calls of functions that the request passed.
        """
        subject = Subject(function, watched)
        self._budget.refuse_settled(subject)
        limit = self._budget.for_call(seconds)
        return self._slowly_on_doubt(subject, request, arrays, limit, serve)

    def lost_to_a_shortcut(self) -> bool:
        """Whether, since this was last called, a worker with shortcuts died of a request that
        cannot be repeated because it concerned an object that only that worker had. The steps that
        led to the object can be repeated; no worker takes shortcuts any more.
        """
        lost, self._lost = self._lost, False
        return lost

    def draws(self, samplers: tuple[str, ...]) -> dict[str, Any]:
        """The canonical draws in a new worker, which has run nothing of the submission."""
        return draws_of_a_new_worker(self._settings, samplers)

    def close(self) -> None:
        """End the worker and everything that it started."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def mended(self) -> str:
        """A sentence for the instructor (see `autograder.sandbox.mended.Mended.sentence`); "" if
        nothing was mended.
        """
        if self._mended is None:
            return ""
        return self._mended.sentence(self._settings, self._budget.seconds_left)

    def _slowly_on_doubt(
        self,
        subject: Subject,
        request: Mapping[str, Any],
        arrays: Mapping[str, Any],
        seconds: float,
        serve: Serve | None = None,
    ) -> Frame:
        """Send a request, and repeat it without any shortcut if a worker with shortcuts dies."""
        shortcuts = self._settings.shortcuts()
        try:
            return self._once(request, arrays, seconds, serve)
        except NotAsked:
            raise
        except Died as cause:
            died = cause
        self._settings = self._settings.without_shortcuts()
        # A request with "kept" refers to an object in the worker that died. A cell that took too
        # long has used its time; its definitions can still run.
        lost = "kept" in request or (subject == CELL and died.late)
        if lost and shortcuts and subject != CELL:
            self._lost = True  # a death with shortcuts counts only if it also happens without
            raise died
        while not lost and (shortcuts or (died.from_outside and self._second_chances)):
            self._second_chances -= not shortcuts
            try:
                frame = self._once(request, arrays, seconds, serve)
            except NotAsked:
                break
            except Died as cause:
                died, shortcuts = cause, ()
            else:
                if shortcuts and not died.from_outside:
                    self._mended = Mended(
                        subject.function, str(died), shortcuts, tuple(self._cells), request, arrays
                    )
                return frame
        self._budget.count(subject, died)
        raise died

    def _once(
        self,
        request: Mapping[str, Any],
        arrays: Mapping[str, Any],
        seconds: float,
        serve: Serve | None = None,
    ) -> Frame:
        """Send a request to the worker, or to a new one if the last one died."""
        if self._budget.seconds_left() > 0 and self._worker is None:
            self._restart()
        if self._budget.seconds_left() <= 0:
            self.close()
            raise NotAsked(
                "was not called: the submission used up its "
                f"{self._settings.limits.submission_seconds:g} seconds"
            )
        if self._worker is None:
            raise NotAsked(self.problem or "was not called: no process could be started for it")
        worker = self._worker
        try:
            return worker.ask(request, arrays, min(seconds, self._budget.seconds_left()), serve)
        except (Died, TookTooLong):
            if self._worker is worker:  # a function of a test may already have had it replaced
                self._worker = None
            raise

    def _start(self) -> None:
        for attempt in range(STARTS):
            try:
                self._worker = prestart.take(self._settings)
                return
            except Unconfined as holes:
                self.problem = (
                    f"was not called: isolation is required, but here a submission could {holes}"
                )
                return
            except (Died, OSError) as cause:
                # It has run nothing of the submission.
                self._settings = self._settings.without_shortcuts()
                if attempt == STARTS - 1:
                    self.problem = (
                        f"was not called: the confined process could not be started ({cause})"
                    )

    def _restart(self) -> None:
        """Start a new worker and run the earlier cells in it. If a cell kills the worker this time,
        only its definitions run from now on.
        """
        while self._worker is None and self.problem is None and self._budget.seconds_left() > 0:
            self._start()
            for place, request in enumerate(list(self._cells)):
                if self._worker is None or self._budget.seconds_left() <= 0:
                    return
                try:
                    self._worker.ask(
                        request,
                        {},
                        min(
                            self._settings.limits.cell_seconds,
                            max(self._budget.seconds_left(), 1.0),
                        ),
                    )
                except Died:
                    self._cells[place : place + 1] = (
                        [{"do": "define", "source": request["source"]}]
                        if request["do"] == "cell"
                        else []
                    )
                    self._worker = None
                    break
