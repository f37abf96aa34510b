"""Set the elements of an output apart that are of quite another size, such as scores that a mask
replaced by -1e9: an error is measured against elements of similar size.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from autograder.build.float64 import in_float64
from autograder.build.random_draws import draws_random_numbers
from autograder.build.tolerance import NOISIEST, Sizes
from autograder.calls.call import Failed, Returned, call
from autograder.calls.narrow_floats import finfo
from autograder.calls.nudges import nudged
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.not_finite import misplaced

GAP = 2.0**10
"""Elements that are so many times larger than all smaller ones may be another class."""

CHANCE = 2.0**20
"""How unlikely a gap must be among numbers of one class. Numbers near zero are near it by chance:
that the `n` smallest of one class are `r` times smaller than the next has a chance of `r ** -n`.
"""

MOVED = 2
"""The calls with moved inputs that show whether small elements are more than rounding."""

EXPLAINED = 4
"""Errors of so many rounding units of a class are those of its own elements. Larger ones come from
larger numbers on the way to them.
"""


def scales(question: Question, reference: Any, case: Case, output: Output) -> dict[str, Sizes]:
    """For each element of each array of `output`, which `reference` gave for `case`, the largest
    element of its class.

    Small elements are a class of their own only if they hardly change under moved inputs:
    otherwise they are what rounding left of larger ones. Where they are not what float64 gives,
    their class is as large as what explains the difference: in `1 + tanh(x)` moved inputs change
    nothing, and rounding does.
    """
    found = {name: by_size(array) for name, array in output.items()}
    split = [name for name, scale in found.items() if len(_tops(scale)) > 1]
    rng = np.random.default_rng(7)
    for _ in range(MOVED if split else 0):
        outcome = (
            None
            if case.way.law == "grad"
            else call(reference, nudged(case.arguments, rng), case.way)
        )
        for name in split:
            other = outcome.output.get(name) if isinstance(outcome, Returned) else None
            found[name] = (
                np.full(output[name].shape, magnitude(output[name]))
                if other is None or other.shape != output[name].shape
                else _merged(found[name], output[name], other)
            )
    split = [name for name in split if len(_tops(found[name])) > 1]
    if split and not draws_random_numbers(question, reference, case):
        wide = in_float64(lambda case: call(reference, case.arguments, case.way), case)
        for name in split:
            found[name] = _as_float64_says(found[name], output[name], wide, name)
    return {name: Sizes(top) for name, top in found.items()}


def by_size(array: np.ndarray) -> np.ndarray:
    """For each element of an array the largest element of its class, by their sizes alone.

    Zeros belong to the smallest class. Beside one other number only, as in a mask of 0 and -1e9,
    they are measured against 1, if that number is larger.
    """
    largest = magnitude(array)
    found = np.full(array.shape, largest)
    if dtype_kind(array.dtype) not in ("floating", "complex") or array.size < 2:
        return found
    size = np.abs(widen(array))
    counted = np.isfinite(size) & (size > 0)
    ordered = np.sort(size[counted])
    if ordered.size == 0:
        return found
    if ordered[0] == ordered[-1]:
        found[size == 0] = min(largest, 1.0)
        return found
    gaps = ordered[1:] / ordered[:-1]
    below = np.arange(1, ordered.size)
    apart = (gaps >= GAP) & (np.log2(gaps) * below >= np.log2(CHANCE))
    for top in ordered[:-1][apart][::-1]:
        found[size <= top] = top
    return found


def _tops(scale: np.ndarray) -> np.ndarray:
    return np.unique(scale)


def _merged(scale: np.ndarray, output: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """The scales without classes whose elements change by more than rounding explains: they become
    part of the next larger class.
    """
    with np.errstate(invalid="ignore"):
        change = np.abs(widen(moved) - widen(output))
    change = np.where(np.isfinite(change), change, 0.0)
    merged = scale.copy()
    tops = _tops(scale)
    for top, larger in itertools.pairwise(tops):
        if np.max(change[merged == top], initial=0.0) > NOISIEST * top:
            merged[merged == top] = larger
    return merged


def _as_float64_says(
    scale: np.ndarray, output: np.ndarray, wide: Returned | Failed, name: str
) -> np.ndarray:
    """The scales with each class as large as its errors against float64 say."""
    actual = wide.output.get(name) if isinstance(wide, Returned) else None
    if actual is None or actual.shape != output.shape or misplaced(actual, output)[1]:
        return scale
    error = np.zeros(output.shape)
    finite = np.isfinite(widen(output))
    error[finite] = np.abs(widen(actual)[finite] - widen(output)[finite])
    units = EXPLAINED * float(finfo(output.dtype).eps)
    found = scale.copy()
    for top, larger in itertools.pairwise(_tops(scale)):
        of_class = scale == top
        found[of_class] = np.clip(np.max(error[of_class]) / units, top, larger)
    return found
