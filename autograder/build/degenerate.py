"""Recognise expected outputs that would accept wrong answers."""

from __future__ import annotations

import numpy as np

from autograder.calls.outputs import Output
from autograder.verdicts.arrays import dtype_kind, magnitude, widen

MANY, MOST, HARDLY = 8, 0.9, 1e-3
"""An output of at least `MANY` elements tests little if more than the share `MOST` of them are
equal, or if they differ by less than the share `HARDLY` of the largest.
"""


_NOTHING = "it has no elements"
_NOT_FINITE = (
    "none of its elements is finite, for example because numbers are divided by a spread or a "
    "sum of 0"
)


def why_degenerate(output: Output) -> str:
    """Why this expected output would accept wrong answers, or "".

    If the output has several arrays and at least one tests something, the others may hold any
    finite values, such as a bias that starts as zeros. Infinities and NaN count as values here;
    `autograder.build.by_right` decides whether they belong there.
    """
    reasons = [_degenerate_array(array) for array in output.values()]
    fatal = [reason for reason in reasons if reason in (_NOTHING, _NOT_FINITE)]
    return fatal[0] if fatal else "" if "" in reasons else reasons[0]


def _degenerate_array(output: np.ndarray) -> str:
    if output.size == 0:
        return _NOTHING
    if dtype_kind(output.dtype) not in ("floating", "complex"):
        return ""
    finite = np.isfinite(widen(output))
    if not finite.any():
        return _NOT_FINITE
    if not finite.all():
        return ""
    if not np.any(output):
        return "it is all zeros"
    if output.size > 1 and np.all(output == output.flat[0]):
        return "all its elements are equal"
    if output.size >= MANY and np.max(np.abs(output - output.flat[0])) < HARDLY * magnitude(output):
        return "its elements hardly differ, like those of a saturated function"
    if (
        output.size >= MANY
        and np.max(np.unique(output, return_counts=True)[1]) > MOST * output.size
    ):
        return (
            f"more than {MOST:.0%} of its elements are equal, like those of a ReLU with dead units"
        )
    return ""
