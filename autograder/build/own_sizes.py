"""Measure the size of the terms that make up each element of an output. The element's errors are
measured against this size.

An element changes with its inputs by as much as its terms do, even where the terms cancel. By the
chain rule, its root mean square change under small random changes of all inputs is the root of the
sum of the squares of its terms' changes. So an element in a row of small numbers has a small size,
and an element that cancels to zero has the size of what cancelled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.build.tolerance import Scales, Sizes
from autograder.calls.call import Returned, call
from autograder.calls.nudges import SMALL_STEP, coarsest, has_floats, step_floats
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.verdicts.arrays import dtype_kind, widen
from autograder.verdicts.not_finite import find_misplaced

STEPS = 4
"""The mean is taken over this many calls with changed inputs."""

SMALLER = 2.0**4
"""An element this many times smaller than the largest may have another size."""

FEW = 4
"""Among more elements than these, chance does not make the terms of all cancel."""

CHANCE = 2.0**12
"""How unlikely it must be that so many numbers are so near zero by chance."""

DENSITY = 3.0
"""Among numbers of one size, at most the share `DENSITY * t` is smaller than `t` times the
largest.
"""

WIDEST = 2.0**-20
"""Inputs in half precision cannot be moved by a small enough step, so no sizes are measured for
them.
"""


def measure(reference: Any, case: Case, output: Output, scales: Scales) -> Scales:
    """`scales`, which are those of the `output` that `reference` gave for `case`, with the own size
    of each element where it can be measured. This costs no compilation.
    """
    if not measurable(case):
        return scales
    step = SMALL_STEP * coarsest(case.arguments)
    rng = np.random.default_rng(11)
    outcomes = [call(reference, step_floats(case.arguments, rng), case.way) for _ in range(STEPS)]
    return {
        name: Sizes(sizes.top, _own(outcomes, name, output[name], sizes.top, step))
        for name, sizes in scales.items()
    }


def measurable(case: Case) -> bool:
    """Whether the inputs of a case can be moved slightly, and its function called again without a
    compilation.
    """
    arguments = case.arguments
    return not case.way.law and has_floats(arguments) and coarsest(arguments) < WIDEST


def uneven(output: Output, scales: Scales) -> bool:
    """Whether more elements of an output are smaller than the largest of their class than chance
    explains.
    """
    return any(
        _uneven(array, scales[name].top)
        for name, array in output.items()
        if dtype_kind(array.dtype) in ("floating", "complex")
    )


def few(output: Output) -> bool:
    """Whether an array of an output has so few elements that the terms of all may cancel, as those
    of a mean that is nearly zero. The largest element then says little about their sizes.
    """
    return any(
        0 < array.size <= FEW and dtype_kind(array.dtype) in ("floating", "complex")
        for array in output.values()
    )


def _uneven(array: np.ndarray, top: np.ndarray) -> bool:
    size = np.abs(widen(array))
    counted = np.isfinite(size) & (size > 0)
    shares = np.sort(size[counted] / top[counted])
    if shares.size < 2:
        return False
    below = np.arange(1, shares.size + 1)
    # at most binomial(n, k) * (DENSITY * t) ** k, and binomial(n, k) at most (e * n / k) ** k
    chance = below * np.log2(np.e * shares.size * DENSITY * shares / below)
    return bool(np.any((chance < -np.log2(CHANCE)) & (shares < 1 / SMALLER)))


def _own(
    outcomes: list[Any], name: str, desired: np.ndarray, top: np.ndarray, step: float
) -> np.ndarray | None:
    """The own size of each element of one array, in the array's shape; None if it cannot be
    measured.
    """
    if dtype_kind(desired.dtype) not in ("floating", "complex"):
        return None
    squares = []
    finite = np.isfinite(widen(desired))
    for outcome in outcomes:
        actual = outcome.output.get(name) if isinstance(outcome, Returned) else None
        if (
            actual is None
            or actual.shape != desired.shape
            or dtype_kind(actual.dtype) != dtype_kind(desired.dtype)
            or find_misplaced(actual, desired)[1]
        ):
            return None
        change = np.zeros(desired.shape)
        change[finite] = np.abs(widen(actual)[finite] - widen(desired)[finite])
        squares.append((change / step) ** 2)
    size = np.where(finite, np.abs(widen(desired)), top)
    return np.asarray(np.maximum(np.sqrt(np.mean(squares, axis=0)), size))
