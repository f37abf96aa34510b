"""Measure how far a right answer may be from the reference.

The noise of a reference is the largest difference between its outputs under changes that do not
matter: floating inputs moved by one unit in the last place, eager against compiled, float64 inputs,
and the author's own alternatives. The threshold of 16 times what rounding explains is that of the
BLAS test programs (Dongarra et al., "A set of level 3 basic linear algebra subprograms", ACM TOMS
16, 1990).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.bank.records import Tolerance
from autograder.build.float64 import in_float64
from autograder.calls.call import Returned, call
from autograder.calls.narrow_floats import finfo
from autograder.calls.nudges import coarsest, nudged
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.not_finite import misplaced

THRESHOLD = 16

WIDE_FLOOR, NARROW_FLOOR = 64, 2
"""Smallest tolerance, in rounding units of the output's dtype at the largest element of its class
(see `autograder.build.classes`): of float32 and wider, and of half precision, whose units are
coarse.

A measured noise of zero only says that these changes of the input happened to round alike.
"""

MARGIN = 10
"""The nearest wrong answer must be at least this many tolerances away."""

NOISIEST = 1e-3
"""A difference above this share of the largest element is not rounding: float64 has drawn other
random numbers, or an alternative is wrong.
"""


@dataclass(frozen=True)
class Noise:
    """The largest difference of any element, relative to the largest element of its class, by
    source. None: it could not be measured.
    """

    nudged: float | None = None
    compiled: float | None = None
    float64: float | None = None
    alternatives: float | None = None

    @property
    def largest(self) -> float:
        """The largest noise from any source; 0.0 where none could be measured."""
        return max((value for value in vars(self).values() if value is not None), default=0.0)

    @property
    def jumps(self) -> bool:
        """Whether the reference's own answer changes by more than rounding explains."""
        return max(self.nudged or 0.0, self.compiled or 0.0) > NOISIEST

    @property
    def measured(self) -> bool:
        """Whether the noise could be measured from any source."""
        return any(value is not None for value in vars(self).values())

    def or_larger(self, other: Noise) -> Noise:
        """The larger of the two noises, source by source."""
        return Noise(
            **{name: _larger(value, vars(other)[name]) for name, value in vars(self).items()}
        )


Noises = Mapping[str, Noise]
"""The noise of each array of an output, by name."""

Scales = Mapping[str, np.ndarray]
"""For each element of each array of an output the largest element of its class, by name of the
array (see `autograder.build.classes`).
"""


def noise(
    reference: Any,
    case: Case,
    output: Output,
    rng: np.random.Generator,
    scales: Scales | None = None,
) -> Noises:
    """The noise of `output`, which `reference` gave for `case`, under moved inputs. This costs no
    compilation.

    All None for arrays that are compared exactly.
    """
    moved = [call(reference, nudged(case.arguments, rng), case.way) for _ in range(2)]
    return {
        name: Noise(_larger(*(_difference(outcome, name, output, scales) for outcome in moved)))
        for name in output
    }


def noise_of_compilers(
    reference: Any, case: Case, output: Output, scales: Scales | None = None
) -> Noises:
    """The noise of other compiled programs for the same computation: compiled as a whole, and in
    float64. Each costs a compilation.
    """
    compiled = (
        None  # a compiled program writes into nothing
        if case.way.changed
        else call(reference, case.arguments, case.way.under("jit", case.arguments))
    )
    wide = in_float64(lambda case: call(reference, case.arguments, case.way), case)
    return {
        name: Noise(
            None,
            _difference(compiled, name, output, scales),
            _explained(
                _difference(wide, name, output, scales), THRESHOLD * coarsest(case.arguments)
            ),
        )
        for name in output
    }


def of_alternative(outcome: Returned, output: Output, scales: Scales | None = None) -> Noises:
    """The noise that an author's alternative adds; None for an array that differs by more than
    rounding explains.
    """
    return {
        name: Noise(alternatives=_explained(_difference(outcome, name, output, scales)))
        for name in output
    }


def larger(one: Noises, other: Noises) -> Noises:
    """The larger of the two noises, array by array and source by source."""
    return {
        name: one.get(name, Noise()).or_larger(other.get(name, Noise()))
        for name in (*one, *(name for name in other if name not in one))
    }


def total(noises: Noises) -> Noise:
    """The largest noise of any array, source by source."""
    return functools.reduce(Noise.or_larger, noises.values(), Noise())


def tolerances(
    output: Output,
    noises: Noises,
    rtol: float | None = None,
    atol: float | None = None,
    scales: Scales | None = None,
) -> dict[str, Tolerance]:
    """The allowed error (see `allowed`) of each array of `output`, whose noise is given."""
    return {
        name: allowed(
            array,
            noises.get(name, Noise()).largest,
            rtol,
            atol,
            None if scales is None else scales.get(name),
        )
        for name, array in output.items()
    }


def allowed(
    output: np.ndarray,
    relative_noise: float,
    rtol: float | None = None,
    atol: float | None = None,
    scale: np.ndarray | None = None,
) -> Tolerance:
    """The largest absolute difference allowed in any element of `output`, or in each if they are of
    several classes; 0.0 if it is compared exactly. `scale` is the largest element of the class of
    each; if it is None, all are of one.

    An author's `rtol` (relative to the largest element of the class) and `atol` (absolute) replace
    the measured noise; given both, the two are added.
    """
    if dtype_kind(output.dtype) not in ("floating", "complex"):
        return 0.0
    largest: Tolerance = magnitude(output)
    if scale is not None and scale.size:
        largest = float(scale.flat[0]) if np.all(scale == scale.flat[0]) else scale
    if rtol is not None or atol is not None:
        return (atol or 0.0) + (rtol or 0.0) * largest
    rounding = float(finfo(output.dtype).eps)
    if rounding > np.finfo(np.float32).eps:
        # Rounding the output is half a unit; 16 times as much would be an eighth of the output.
        return max(THRESHOLD * (relative_noise - rounding), NARROW_FLOOR * rounding) * largest
    return max(THRESHOLD * relative_noise, WIDE_FLOOR * rounding) * largest


def _larger(first: float | None, second: float | None) -> float | None:
    return (
        max(first, second)
        if first is not None and second is not None
        else first
        if second is None
        else second
    )


def _explained(difference: float | None, rounding: float = 0.0) -> float | None:
    limit = max(NOISIEST, rounding)
    return None if difference is None or difference > limit else difference


def _difference(outcome: object, name: str, output: Output, scales: Scales | None) -> float | None:
    """The largest difference of any element of one array, relative to the largest element of its
    class. None if the array is compared exactly, or cannot be compared.
    """
    desired = output[name]
    kind = dtype_kind(desired.dtype)
    if (
        not isinstance(outcome, Returned)
        or kind not in ("floating", "complex")
        or magnitude(desired) == 0.0
    ):
        return None
    actual = outcome.output.get(name)
    if actual is None or actual.shape != desired.shape or dtype_kind(actual.dtype) != kind:
        return None
    if misplaced(actual, desired)[1]:
        return None
    finite = np.isfinite(widen(desired))
    scale = np.broadcast_to(magnitude(desired) if scales is None else scales[name], desired.shape)[
        finite
    ]
    error = np.abs(widen(actual)[finite] - widen(desired)[finite])
    return float(np.max(error / scale, initial=0.0))
