"""Measure the noise of a reference: the largest difference between its outputs under changes that
do not matter. These are floating-point inputs moved by one unit in the last place, compiled instead
of eager calls, float64 inputs, and the author's own alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.build.float64 import in_float64
from autograder.build.tolerance import NOISIEST, THRESHOLD, Noise, Noises, Scales, Sizes, larger
from autograder.calls.call import Failed, Returned, call
from autograder.calls.narrow_floats import finfo
from autograder.calls.nudges import coarsest, nudge_floats
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.not_finite import find_misplaced

MOVED = 2
"""How many calls move the inputs by one unit in the last place."""


@dataclass(frozen=True)
class Sample:
    """A case and its output, on which noise is measured, with what the reference gave for moved
    inputs, in another compiled program, and in float64. None means that this call was not made.
    """

    case: Case
    output: Output
    moved: tuple[Returned | Failed, ...] = ()
    compiled: Returned | Failed | None = None
    wide: Returned | Failed | None = None

    def noise(self, scales: Scales | None = None) -> Noises:
        """The noise of each array; all None for arrays that are compared exactly."""
        rounding = THRESHOLD * coarsest(self.case.arguments)
        found: Noises = {}
        for source, outcomes, limit in (
            ("nudged", self.moved, np.inf),
            ("compiled", (self.compiled,), np.inf),
            ("float64", (self.wide,), max(NOISIEST, rounding)),
        ):
            for outcome in outcomes:
                found = larger(found, _noises(source, outcome, self.output, scales, limit))
        return found


def sample(reference: Any, case: Case, output: Output, rng: np.random.Generator) -> Sample:
    """A case with its outcomes for moved inputs. This costs no compilation."""
    moved = tuple(
        call(reference, nudge_floats(case.arguments, rng), case.way) for _ in range(MOVED)
    )
    return Sample(case, output, moved)


def with_compilers(reference: Any, measured: Sample) -> Sample:
    """The sample with its outcomes in other programs for the same computation: compiled as a whole,
    and in float64. Each costs a compilation.
    """
    case = measured.case
    compiled = (
        None  # under jit a function cannot change its arguments
        if case.way.changed
        else call(reference, case.arguments, case.way.under("jit", case.arguments))
    )
    wide = in_float64(lambda case: call(reference, case.arguments, case.way), case)
    return replace(measured, compiled=compiled, wide=wide)


def of_alternative(outcome: Returned, output: Output, scales: Scales | None = None) -> Noises:
    """The noise that an author's alternative adds; None for an array that differs by more than
    rounding explains.
    """
    return _noises("alternatives", outcome, output, scales, NOISIEST)


def _noises(
    source: str, outcome: object, output: Output, scales: Scales | None, limit: float
) -> Noises:
    found = {}
    for name in output:
        sizes = Sizes(np.full(output[name].shape, magnitude(output[name])))
        of_top, of_own = difference(outcome, name, output, scales[name] if scales else sizes)
        known = of_top is not None and of_top <= limit
        found[name] = Noise(**{source: of_top, "own": of_own}) if known else Noise()
    return found


def difference(
    outcome: object, name: str, output: Output, sizes: Sizes
) -> tuple[float | None, float | None]:
    """The largest difference of any element of one array, measured in two ways.

    The first number is relative to the largest element of the element's class. The second is
    relative to the element's own size, after a rounding unit of the class is subtracted; it is None
    without own sizes. Both are None if the array is compared exactly or cannot be compared.
    """
    desired = output[name]
    kind = dtype_kind(desired.dtype)
    if (
        not isinstance(outcome, Returned)
        or kind not in ("floating", "complex")
        or magnitude(desired) == 0.0
    ):
        return None, None
    actual = outcome.output.get(name)
    if actual is None or actual.shape != desired.shape or dtype_kind(actual.dtype) != kind:
        return None, None
    if find_misplaced(actual, desired)[1]:
        return None, None
    finite = np.isfinite(widen(desired))
    error = np.abs(widen(actual)[finite] - widen(desired)[finite])
    top = sizes.top[finite]
    of_top = _largest(error, top)
    if sizes.own is None:
        return of_top, None
    beyond = np.maximum(error - float(finfo(desired.dtype).eps) * top, 0.0)
    return of_top, _largest(beyond, sizes.own[finite])


def _largest(error: np.ndarray, size: np.ndarray) -> float:
    """The largest error as a share of the element's size; infinite if the size is 0 and the error
    is not.
    """
    with np.errstate(divide="ignore"):
        share = np.divide(error, size, out=np.zeros(error.shape), where=error > 0)
    return float(np.max(share, initial=0.0))
