"""The part of an outcome that is compared, where more than the reference's own numbers is right:
the answer aligned with the expected one, its residual, or the frequencies of events in its samples.

The arrays that a submission returned are the only part of it that is not ours.
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
"""The names of the arrays that are compared in place of the returned ones."""

BY_WORDS = "autograder.verdicts.judged_by_words"
"""The module that judges questions with a word of `autograder.same`. Few questions have one, so it
is loaded when needed, and only the notebooks that need it bring it along.
"""

ALIKE = 6.0
"""Frequencies of the same mistake differ by at most this many standard errors."""


@dataclass(frozen=True)
class Judged(Returned):
    """An outcome that was judged otherwise than by comparing numbers with the expected ones.

    `found` has its mismatch, if there is one, and `output` the arrays to compare with known
    mistakes. `of` is the number of samples.
    """

    found: Mapping[str, Mismatch] = field(default_factory=dict)
    of: int = 0


def judge(outcome: Returned | Failed, answered: ExpectedCase) -> Returned | Failed:
    """The outcome of a call in the form that is compared. Failures, and outcomes of questions
    without a word, stay as they are.
    """
    if isinstance(outcome, Failed) or not answered.same:
        return outcome
    found: Returned = importlib.import_module(BY_WORDS).judge(outcome, answered)
    return found


def mismatches(outcome: Returned, answered: ExpectedCase) -> dict[str, Mismatch]:
    """The mismatch of each wrong array of an outcome of `judge`, by name."""
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
    """The output to compare this case's outcome with in the search for a mistake."""
    if not isinstance(outcome, Judged):
        return Expected(answered.expected, answered.tolerances, answered.case.sizes)
    tolerance: Tolerance = 0.0
    if RESIDUAL in outcome.output:
        tolerance = float(np.max(next(iter(answered.tolerances.values())), initial=0.0))
    elif FREQUENCIES in outcome.output:
        of = min(outcome.of, int(answered.statistics["of"]))
        # `known_mistakes` allows four times this.
        tolerance = ALIKE / 4 * 0.5 * (2 / of) ** 0.5
    zeros = {part: np.zeros(array.shape) for part, array in outcome.output.items()}
    return Expected(zeros, dict.fromkeys(zeros, tolerance), answered.case.sizes)
