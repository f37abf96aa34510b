"""Limit what one submission may cost: its time, which its questions share once workers have died,
and the number of deaths after which a function is not called again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from autograder.sandbox.endings import Died

MAX_DEATHS = 5
"""A question may kill this many workers before it is not called again. One call that hangs is
enough.
"""

LEAST_SHARE = 0.1
"""The smallest share of its usual seconds that a call or a cell gets when time is scarce."""


class NotAsked(Died):
    """No request was made, because there was no worker or no time. This says nothing about the
    answer.
    """


@dataclass(frozen=True)
class Subject:
    """What deaths are counted for: calls of a function, or observations of how it computes."""

    function: str
    watched: bool = False


CELL = Subject("")


class Budget:
    """The time that a submission has left, and the deaths that it has caused."""

    def __init__(self, seconds: float, questions: int) -> None:
        """Start the clock, with `seconds` for a submission with tests of `questions` questions."""
        self._waiting = questions
        self._deaths: dict[Subject, int] = {}
        self._settled: dict[Subject, str] = {}
        self._deadline = time.monotonic() + seconds
        self._turn = self._deadline

    def next_question(self) -> None:
        """Start the next question. Once workers have died, it gets only its share of the time that
        is left.
        """
        self._turn = time.monotonic() + self.seconds_left() / max(self._waiting, 1)
        self._waiting = max(self._waiting - 1, 0)

    def seconds_left(self) -> float:
        """The seconds that the submission has left."""
        return self._deadline - time.monotonic()

    def for_cell(self, seconds: float) -> float:
        """The seconds for a cell that usually gets `seconds`."""
        return self._scarce(seconds, self.seconds_left() / (self._waiting + 1))

    def for_call(self, seconds: float) -> float:
        """The seconds for a call that usually gets `seconds`."""
        return self._scarce(seconds, self._turn - time.monotonic())

    def refuse_settled(self, subject: Subject) -> None:
        """Raise `NotAsked` if the function must not be called again."""
        for settled in (subject, Subject(subject.function)):
            if settled in self._settled:
                raise NotAsked(f"was not called again, because earlier it {self._settled[settled]}")

    def count(self, subject: Subject, died: Died) -> None:
        """Count a death against the function. After too many, or after one by timeout, the function
        is not called again.
        """
        self._deaths[subject] = self._deaths.get(subject, 0) + 1
        if subject.function and (
            died.late or self._deaths[subject] >= MAX_DEATHS or time.monotonic() > self._turn
        ):
            self._settled[subject] = str(died)

    def _scarce(self, seconds: float, share: float) -> float:
        """The seconds for a call or a cell. Once workers have died, it gets at most its share, so
        that later questions have time left.
        """
        return min(seconds, max(share, LEAST_SHARE * seconds)) if self._deaths else seconds
