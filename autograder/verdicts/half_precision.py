"""Distinguish an answer in half precision from one whose formula is wrong by as little.

The size of an error does not tell: a wrong formula may be nearer than half precision. So the answer
is called again with inputs that differ by less than half precision can show, and with inputs that
differ by twice as much. A formula in float32, right or wrong, moves twice as far. One in half
precision, or one that rounds the factors of its products (as TF32 does), gives the same numbers
again, or numbers that jump; so does a formula that loses digits. NumPy only.
"""

from __future__ import annotations

import ml_dtypes
import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.calls.call import Returned, call
from autograder.calls.nudges import SLIGHT, has_floats, nudged_slightly
from autograder.verdicts.arrays import dtype_kind, widen
from autograder.verdicts.judging import judge

MOST = 0.5
"""The share of wrong elements that must be exact in half precision to be called imprecise, and of
elements that must depend on the inputs.
"""

CROOKED = 0.5
"""An answer has lost digits if its move after two steps differs from twice its move after one by at
least this share of it. In half precision the difference is about as large as the move itself.
"""

FEW_STEPS = 4.0
"""An error of at most this many of the smallest steps that float32 shows needs no further test. Its
size alone distinguishes it from a wrong formula, as in an answer of 64 bits that was computed in
32.
"""

SMALLEST = 2.0**-20

HALF_DTYPES = (np.dtype(ml_dtypes.bfloat16), np.dtype(np.float16))


def imprecise_only(
    function: object, answered: ExpectedCase, part: str, actual: np.ndarray, interruptible: bool
) -> bool:
    """Whether half precision or lost digits explain the wrong elements of `actual`, which
    `function` returned for the array `part`.
    """
    desired, tolerance = answered.expected[part], answered.tolerances[part]
    wide, right = widen(actual), widen(desired)
    finite = np.isfinite(right)
    error = np.zeros(desired.shape)
    error[finite] = np.abs(wide[finite] - right[finite])
    wrong = error > tolerance
    if _in_half_precision(actual[wrong]) and not _in_half_precision(desired[wrong]):
        return True
    half = answered.half.get(part)
    arguments = answered.case.arguments
    if not has_floats(arguments) or (half is not None and half.moved < MOST):
        return False  # a nudge would show nothing
    moves = []
    for steps in (1, 2):
        moved = nudged_slightly(arguments, steps)
        again = judge(
            call(function, moved, answered.case.way, interruptible=interruptible), answered
        )
        if not isinstance(again, Returned) or part not in again.output:
            return False
        array = again.output[part]
        if array.shape != actual.shape or dtype_kind(array.dtype) != dtype_kind(actual.dtype):
            return False
        moves.append(widen(array)[wrong] - wide[wrong])
    once, twice = moves
    if not (np.all(np.isfinite(once)) and np.all(np.isfinite(twice))):
        return False
    crooked = np.linalg.norm(twice - 2 * once) >= CROOKED * np.linalg.norm(twice)
    step = np.linalg.norm(once) * SMALLEST / SLIGHT
    return bool(crooked or np.linalg.norm(error[wrong]) <= FEW_STEPS * step)


def _in_half_precision(numbers: np.ndarray) -> bool:
    """Whether half precision can hold most of these numbers: they have its dtype, or are exact in
    it.
    """
    if numbers.dtype in HALF_DTYPES:
        return True
    wide = widen(numbers)
    parts = np.stack([wide.real, wide.imag]) if np.iscomplexobj(wide) else wide
    with np.errstate(over="ignore"):
        return any(
            np.mean(parts.astype(dtype).astype(np.float64) == parts) >= MOST
            for dtype in HALF_DTYPES
        )
