"""What of an outcome is compared, where more than the reference's own numbers is right: the answer
aligned with the expected one, its residual, or how often what happens in its samples.

Of this the arrays that a submission returned are the only part that is not ours.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from autograder.bank.records import ExpectedCase, Tolerance
from autograder.calls.call import Failed, Returned
from autograder.verdicts.compare import differences
from autograder.verdicts.mismatch import Mismatch
from autograder.verdicts.scenes import Expected

RESIDUAL, FREQUENCIES = "residual", "frequencies"
"""The names of what is compared in place of the returned arrays."""

BY_WORDS = "autograder.verdicts.judged_by_words"
"""The module that judges questions with a word of `autograder.same`. Few have one, so it is loaded
when it is needed, and brought along with single notebooks that need it.
"""

ALIKE = 6.0
"""Frequencies of the same mistake differ by at most so many standard errors."""


@dataclass(frozen=True)
class Judged(Returned):
    """An outcome that has been judged otherwise than by comparing numbers with the expected ones:
    `found` has its mismatch, if there is one, and `output` what is compared with known mistakes.
    `of` is the number of samples.
    """

    found: Mapping[str, Mismatch] = field(default_factory=dict)
    of: int = 0


def judged(outcome: Returned | Failed, answered: ExpectedCase) -> Returned | Failed:
    """The outcome of a call as it is compared. Failures, and outcomes of questions without a word,
    are as they were.
    """
    if isinstance(outcome, Failed) or not answered.same:
        return outcome
    found: Returned = importlib.import_module(BY_WORDS).judged(outcome, answered)
    return found


def mismatches(outcome: Returned, answered: ExpectedCase) -> dict[str, Mismatch]:
    """The mismatch of each wrong array of an outcome that `judged` gave, by its name."""
    if isinstance(outcome, Judged):
        return dict(outcome.found)
    return differences(
        outcome.output,
        answered.expected,
        answered.tolerances,
        answered.half,
        answered.case.sizes,
    )


def expected_of(answered: ExpectedCase, outcome: Returned | Failed | None) -> Expected:
    """What an outcome of this case is compared with when its mistake is looked for."""
    if not isinstance(outcome, Judged):
        return Expected(answered.expected, answered.tolerances, answered.case.sizes)
    tolerance: Tolerance = 0.0
    if RESIDUAL in outcome.output:
        tolerance = float(np.max(next(iter(answered.tolerances.values())), initial=0.0))
    elif FREQUENCIES in outcome.output:
        of = min(outcome.of, int(answered.statistics["of"]))
        # Four times this is allowed (see `known_mistakes`).
        tolerance = ALIKE / 4 * 0.5 * (2 / of) ** 0.5
    zeros = {part: np.zeros(array.shape) for part, array in outcome.output.items()}
    return Expected(zeros, dict.fromkeys(zeros, tolerance), answered.case.sizes)
