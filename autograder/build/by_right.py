"""Decide whether infinities and NaN belong in the reference's output.

Those that a mask writes belong there. Those from overflow or from 0 / 0 come and go with the inputs
or with the precision, but a test would still ask for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from autograder.build.float64 import in_float64
from autograder.build.random_draws import takes_random_numbers
from autograder.calls.call import Failed, Returned
from autograder.calls.nudges import nudge_floats
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind
from autograder.verdicts.not_finite import KINDS, find_misplaced, kinds

MOVED, OTHERS = 2, 3
"""How many calls use inputs moved by one unit in the last place, and how many use other numbers."""

OVERFLOW = ": numbers overflow or are lost on the way"
"""The end of the sentence about what float64 returns."""

Evaluate = Callable[[Case], Returned | Failed]
"""Returns the expected outcome of a case."""


def why_not_by_right(question: Question, evaluate: Evaluate, case: Case, output: Output) -> str:
    """Why the infinities and NaN of `output`, which `evaluate` gave for `case`, do not belong
    there; "" if they do, or if there are none.

    They must stay when the inputs move and, unless that changes random numbers, in float64. NaN
    must also stay in place when the numbers change, as at the edge of a window, unless the author
    declares `nonfinite="expected"`.
    """
    found = {
        name: kinds(array)
        for name, array in output.items()
        if dtype_kind(array.dtype) in ("floating", "complex") and np.any(kinds(array))
    }
    if not found:
        return ""
    rng = np.random.default_rng(7)
    for _ in range(MOVED):
        other = evaluate(replace(case, arguments=nudge_floats(case.arguments, rng)))
        if _where_not(other, output, found):
            return (
                "its infinities and NaN appear or disappear when the inputs change by one unit "
                "in the last place"
            )
    if not takes_random_numbers(question):
        told = _where_not(in_float64(evaluate, case), output, found)
        if told:
            return f"float64 returns {told}{OVERFLOW}"
    if question.nonfinite_expected or not any(
        np.any(each == KINDS.index("NaN")) for each in found.values()
    ):
        return ""
    for _ in range(OTHERS):
        varied = {
            name: question.arguments[name].vary(value, rng)
            for name, value in case.arguments.items()
        }
        if _where_not(evaluate(replace(case, arguments=varied)), output, found):
            return (
                "it has NaN at places that depend on the drawn numbers, for example from 0 / 0 "
                "or the logarithm of a negative number; if NaN is the right answer there, "
                "declare "
                'the question with nonfinite="expected"'
            )
    return ""


def _where_not(other: Returned | Failed, output: Output, found: Output) -> str:
    """A description of where another outcome's infinities or NaN differ from those of `output`; ""
    if they do not differ or cannot be compared.
    """
    if isinstance(other, Failed):
        return ""
    for name in found:
        array = other.output.get(name)
        if array is not None and array.shape == output[name].shape:
            _, told = find_misplaced(array, output[name])
            if told:
                return told
    return ""
