"""The groups that a build draws for one question, and how the author's wrong answers fare in
them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.bank.records import ExpectedCase, Group
from autograder.build.tolerance import Noise
from autograder.calls.call import Failed, Returned
from autograder.verdicts.judging import mismatches


@dataclass(frozen=True)
class DrawnGroups:
    """Some groups of one question, with the noise of the reference and the outcomes of each
    misconception.

    `outcomes[misconception][group][case]` is the outcome of the misconception on one case.
    """

    groups: dict[str, Group]
    noise: Noise
    outcomes: Mapping[str, Mapping[str, Mapping[int, Returned | Failed]]]

    def failing(self, misconception: str, group: str) -> list[int]:
        """The cases of a group that refuse a misconception."""
        cases = self.groups[group].cases
        return [
            index
            for index, outcome in self.outcomes[misconception][group].items()
            if _errors(outcome, cases[index]) > 1
        ]

    def errors(self, misconception: str, group: str, case: int) -> float:
        """The error of a misconception on one case, in tolerances; infinite if it is wrong in
        another way.
        """
        return _errors(self.outcomes[misconception][group][case], self.groups[group].cases[case])

    def margin(self, misconception: str) -> float:
        """The largest error of a misconception over all cases, in tolerances; infinite if it is
        wrong in another way.
        """
        return max(
            (
                _errors(outcome, self.groups[name].cases[index])
                for name, found in self.outcomes[misconception].items()
                for index, outcome in found.items()
            ),
            default=0.0,
        )

    def least(self, misconception: str) -> float:
        """The error of a misconception, in tolerances, in the case where it is smallest among those
        that refuse it; infinite if no case refuses it by its numbers.
        """
        return min(
            (
                error
                for name in self.groups
                for case in self.failing(misconception, name)
                if math.isfinite(error := self.errors(misconception, name, case))
            ),
            default=math.inf,
        )


def _errors(outcome: Returned | Failed, answered: ExpectedCase) -> float:
    """The largest error, in tolerances: 0.0 if there is none, above 1.0 if the outcome is refused,
    infinite if the outcome is not a comparable array.
    """
    if isinstance(outcome, Failed):
        return math.inf
    found = mismatches(outcome, answered)
    return max((mismatch.tolerances for mismatch in found.values()), default=0.0)
