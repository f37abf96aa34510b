"""Tell an answer that was computed in half precision from one whose formula is wrong by as little.

How large an error is does not tell: a wrong formula may be nearer than half precision. So the
answer is called again with inputs that differ by less than half precision tells apart. Half
precision gives the same numbers again, or, like a formula that loses digits, numbers that jump as
far as the error. A wrong formula in float32 moves a little, and its error stays. NumPy only.
"""

from __future__ import annotations

import ml_dtypes
import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.calls.call import Returned, call
from autograder.calls.nudges import has_floats, nudged_slightly
from autograder.verdicts.arrays import dtype_kind, widen
from autograder.verdicts.judging import judged

MOST = 0.5
"""The share of wrong elements that must stay as they are, or lie on the numbers of half precision,
to be called imprecise.
"""

JUMP = 0.25
"""Elements that jump, under a nudge, by at least this share of their error have lost digits."""

HALF_DTYPES = (np.dtype(ml_dtypes.bfloat16), np.dtype(np.float16))


def imprecise_only(
    function: object, answered: ExpectedCase, part: str, actual: np.ndarray, interruptible: bool
) -> bool:
    """Whether the wrong elements of `actual`, which `function` returned for the array `part`, are
    wrong because of half precision or lost digits.
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
        return False  # a nudge would not show anything
    again = judged(
        call(function, nudged_slightly(arguments), answered.case.way, interruptible=interruptible),
        answered,
    )
    if not isinstance(again, Returned) or part not in again.output:
        return False
    second = again.output[part]
    if second.shape != actual.shape or dtype_kind(second.dtype) != dtype_kind(actual.dtype):
        return False
    moved = np.abs(widen(second)[wrong] - wide[wrong])
    if not np.all(np.isfinite(moved)):
        return False
    if np.mean(moved == 0.0) >= MOST:
        return True
    return bool(np.linalg.norm(moved) >= JUMP * np.linalg.norm(error[wrong]))


def _in_half_precision(numbers: np.ndarray) -> bool:
    """Whether most numbers are such as half precision has: of its dtype, or exact in it."""
    if numbers.dtype in HALF_DTYPES:
        return True
    wide = widen(numbers)
    parts = np.stack([wide.real, wide.imag]) if np.iscomplexobj(wide) else wide
    with np.errstate(over="ignore"):
        return any(
            np.mean(parts.astype(dtype).astype(np.float64) == parts) >= MOST
            for dtype in HALF_DTYPES
        )
