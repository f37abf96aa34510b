"""Sort the elements of an output into classes of similar size, so that each error is measured
against similar elements. A mask that replaces scores by -1e9, for example, makes two classes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.build.float64 import in_float64
from autograder.build.random_draws import draw_random_numbers
from autograder.build.tolerance import NOISIEST, Sizes
from autograder.calls.call import Returned, call
from autograder.calls.narrow_floats import finfo
from autograder.calls.nudges import nudge_floats
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.not_finite import find_misplaced

GAP = 2.0**10
"""A gap of this ratio between two neighbouring sizes may separate two classes."""

CHANCE = 2.0**20
"""How unlikely a gap must be within one class. Some numbers are small by chance: the probability
that the `n` smallest of a class are `r` times smaller than the next is `r ** -n`.
"""

MOVED = 2
"""How many calls with moved inputs show whether small elements are more than rounding."""

EXPLAINED = 4
"""An error of up to this many rounding units of a class comes from the elements of the class. A
larger one comes from larger intermediate numbers.
"""


Answer = tuple[Any, Case, Output]
"""A reference, a case, and what the reference gave for it."""


def scales(question: Question, answers: Sequence[Answer]) -> list[dict[str, Sizes]]:
    """For each answer, the largest element of each element's class, by the name of the array.

    Small elements form their own class only if they hardly change when the inputs move: otherwise
    they are what rounding left of larger ones. If float64 gives other small elements, their class
    becomes as large as the difference requires. In `1 + tanh(x)`, for example, moving the inputs
    changes nothing, but rounding does.
    """
    found = [_of_moved_inputs(*each) for each in answers]
    split = [
        (each, scale)
        for each, scale in zip(answers, found, strict=True)
        if any(len(_tops(top)) > 1 for top in scale.values())
    ]
    draws = draw_random_numbers(question, [(reference, case) for (reference, case, _), _ in split])
    for ((reference, case, output), scale), drawn in zip(split, draws, strict=True):
        if not drawn:
            _enlarge_as_float64_says(scale, reference, case, output)
    return [{name: Sizes(top) for name, top in scale.items()} for scale in found]


def _of_moved_inputs(reference: Any, case: Case, output: Output) -> dict[str, np.ndarray]:
    """The classes by size, without those that are what rounding left."""
    found = {name: by_size(array) for name, array in output.items()}
    split = [name for name, scale in found.items() if len(_tops(scale)) > 1]
    rng = np.random.default_rng(7)
    for _ in range(MOVED if split else 0):
        outcome = (
            None
            if case.way.law == "grad"
            else call(reference, nudge_floats(case.arguments, rng), case.way)
        )
        for name in split:
            other = outcome.output.get(name) if isinstance(outcome, Returned) else None
            found[name] = (
                np.full(output[name].shape, magnitude(output[name]))
                if other is None or other.shape != output[name].shape
                else _merge(found[name], output[name], other)
            )
    return found


def by_size(array: np.ndarray) -> np.ndarray:
    """The largest element of each element's class, judged by sizes alone.

    Zeros belong to the smallest class. If only one other number occurs, as in a mask of 0 and -1e9,
    zeros are measured against 1, or against that number if it is smaller.
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


def _merge(scale: np.ndarray, output: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Merge each class whose elements change by more than rounding explains into the next larger
    class.
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


def _enlarge_as_float64_says(
    scale: dict[str, np.ndarray], reference: Any, case: Case, output: Output
) -> None:
    """Enlarge each class to the size that its errors against float64 require."""
    wide = in_float64(lambda case: call(reference, case.arguments, case.way), case)
    for name, tops in scale.items():
        if isinstance(wide, Returned) and len(_tops(tops)) > 1:
            scale[name] = _enlarge(tops, output[name], wide.output.get(name))


def _enlarge(scale: np.ndarray, output: np.ndarray, actual: np.ndarray | None) -> np.ndarray:
    if actual is None or actual.shape != output.shape or find_misplaced(actual, output)[1]:
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
