"""Decide whether infinities and NaN in an output of the reference are there by right.

Those that a mask writes are; those of numbers that overflow, or of 0 / 0, come and go with the
inputs or with the precision. A test would ask for them all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from autograder.build.float64 import in_float64
from autograder.build.random_draws import takes_random_numbers
from autograder.calls.call import Failed, Returned
from autograder.calls.nudges import nudged
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind
from autograder.verdicts.not_finite import KINDS, kinds, misplaced

MOVED, OTHERS = 2, 3
"""Calls with inputs moved by one unit in the last place, and with other numbers."""

OVERFLOW = ": numbers overflow, or are lost, on the way"
"""The end of the sentence about what float64 gives."""

Evaluate = Callable[[Case], Returned | Failed]
"""The expected outcome of a case."""


def why_not_by_right(question: Question, evaluate: Evaluate, case: Case, output: Output) -> str:
    """Why the infinities and NaN of `output`, which `evaluate` gave for `case`, are not values like
    others; "" if they are, or if there are none.

    They must stay under moved inputs and, unless random numbers would change, in float64. NaN must
    also stand at the same places for other numbers, as at the edge of a window; the author may say
    that it belongs elsewhere, by `nonfinite="expected"`.
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
        other = evaluate(replace(case, arguments=nudged(case.arguments, rng)))
        if _where_not(other, output, found):
            return (
                "its infinities and NaN come and go when the inputs move by one unit in the last "
                "place"
            )
    if not takes_random_numbers(question):
        told = _where_not(in_float64(evaluate, case), output, found)
        if told:
            return f"float64 gives {told}{OVERFLOW}"
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
                "it has a NaN at places that depend on the numbers drawn, as 0 / 0 or the "
                "logarithm of a negative number give; if NaN is the right answer there, declare "
                'the question with nonfinite="expected"'
            )
    return ""


def _where_not(other: Returned | Failed, output: Output, found: Output) -> str:
    """Where another outcome has other infinities or NaN than `output`, in words; "" if it has the
    same, or cannot be compared.
    """
    if isinstance(other, Failed):
        return ""
    for name in found:
        array = other.output.get(name)
        if array is not None and array.shape == output[name].shape:
            _, told = misplaced(array, output[name])
            if told:
                return told
    return ""
