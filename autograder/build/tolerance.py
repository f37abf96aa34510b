"""Decide how far a right answer may be from the reference, from the measured noise
(`build.noises`).

The threshold of 16 times what rounding explains is that of the BLAS test programs (Dongarra et al.,
"A set of level 3 basic linear algebra subprograms", ACM TOMS 16, 1990). They measure the error of
each element against the sum of the sizes of its terms. By Higham ("Accuracy and stability of
numerical algorithms", 2nd ed., chapters 3 and 4), no order of summation does better than this sum
allows, and every order does nearly as well.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.bank.records import Tolerance
from autograder.calls.narrow_floats import finfo
from autograder.calls.outputs import Output
from autograder.verdicts.arrays import dtype_kind, magnitude

THRESHOLD = 16

WIDE_FLOOR, NARROW_FLOOR = 64, 2
"""The smallest tolerance, in rounding units of the output's dtype at the largest element of the
class (see `autograder.build.classes`): first for float32 and wider, then for half precision, whose
units are coarse.

A measured noise of zero only means that these changes of the input happened to round alike.
"""

COMPLEX_FLOOR = 512
"""`WIDE_FLOOR` for complex numbers. The phases of a transform are functions of products of indices,
and the larger the product, the larger its rounding error in float32.
"""

OWN_FLOOR = 16
"""The smallest tolerance of an element that is smaller than others, in rounding units of the output
at the largest element of its class. Algorithms that mix elements of all sizes, such as those for
eigenvalues, or a transform followed by its inverse, leave this much error in each.
"""

STEPS = 8
"""Tolerances of single elements are rounded up to one of this many numbers between 1 and 2, times a
power of two.
"""

MARGIN = 10
"""The nearest wrong answer must be at least this many tolerances away."""

NOISIEST = 1e-3
"""A difference above this share of the largest element is not rounding: either float64 draws other
random numbers, or an alternative is wrong.
"""


@dataclass(frozen=True)
class Noise:
    """The largest difference of any element, relative to the largest element of its class, by
    source. None means that it could not be measured.

    `own` is the largest difference from any source relative to the element's own size (see
    `Sizes`).
    """

    nudged: float | None = None
    compiled: float | None = None
    float64: float | None = None
    alternatives: float | None = None
    own: float | None = None

    @property
    def largest(self) -> float:
        """The largest noise from any source; 0.0 if none could be measured."""
        return max((value for value in self._by_source() if value is not None), default=0.0)

    @property
    def jumps(self) -> bool:
        """Whether the reference's own answer changes by more than rounding explains."""
        return max(self.nudged or 0.0, self.compiled or 0.0) > NOISIEST

    @property
    def measured(self) -> bool:
        """Whether the noise from at least one source could be measured."""
        return any(value is not None for value in self._by_source())

    def _by_source(self) -> tuple[float | None, ...]:
        return self.nudged, self.compiled, self.float64, self.alternatives

    def or_larger(self, other: Noise) -> Noise:
        """The larger of the two noises, source by source."""
        return Noise(
            **{name: _larger(value, vars(other)[name]) for name, value in vars(self).items()}
        )


Noises = Mapping[str, Noise]
"""The noise of each array of an output, by name."""


@dataclass(frozen=True)
class Sizes:
    """What the errors of each element of one array are measured against.

    `top` is the largest element of its class (see `autograder.build.classes`). `own` is its own
    size, that of the terms that make it up (see `autograder.build.own_sizes`); None if not
    measured. Both have the array's shape.
    """

    top: np.ndarray
    own: np.ndarray | None = None


Scales = Mapping[str, Sizes]
"""The sizes of each array of an output, by name."""


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
    """The `largest_error` of each array of `output`, given the noise of each."""
    return {
        name: largest_error(
            array,
            noises.get(name, Noise()),
            rtol,
            atol,
            None if scales is None else scales.get(name),
        )
        for name, array in output.items()
    }


def largest_error(
    output: np.ndarray,
    noise: Noise,
    rtol: float | None = None,
    atol: float | None = None,
    sizes: Sizes | None = None,
) -> Tolerance:
    """The largest absolute error allowed in every element of `output`, or in each element if it is
    not the same for all; 0.0 if the output is compared exactly. If `sizes` is None, all elements
    are of one class.

    An author's `rtol` (relative to the largest element of the class) and `atol` (absolute) replace
    the measured noise. If both are given, they are added.
    """
    kind = dtype_kind(output.dtype)
    if kind not in ("floating", "complex"):
        return 0.0
    top: np.ndarray | float = magnitude(output) if sizes is None else sizes.top
    if rtol is not None or atol is not None:
        return _one_if_equal((atol or 0.0) + (rtol or 0.0) * top)
    rounding = float(finfo(output.dtype).eps)
    if rounding > np.finfo(np.float32).eps:
        # Rounding the output costs half a unit; 16 times as much would be an eighth of the output.
        share = max(THRESHOLD * (noise.largest - rounding), NARROW_FLOOR * rounding)
        return _one_if_equal(share * top)
    floor = (COMPLEX_FLOOR if kind == "complex" else WIDE_FLOOR) * rounding
    found = max(THRESHOLD * noise.largest, floor) * top
    own = noise.own
    # If `own` is infinite, an element with an own size of 0 has changed, so sizes explain nothing.
    if sizes is not None and sizes.own is not None and own is not None and np.isfinite(own):
        share = max(THRESHOLD * own, floor)
        least = max(THRESHOLD * own, OWN_FLOOR * rounding) * sizes.own
        # Where the terms are larger than every element, they have cancelled in all of them.
        found = np.where(
            sizes.own > top,
            np.maximum(found, least),
            np.minimum(found, share * sizes.own + OWN_FLOOR * rounding * top),
        )
    return _one_if_equal(found)


def _one_if_equal(found: np.ndarray | float) -> Tolerance:
    """One number for all elements if it is the same for all. Otherwise each is rounded up to one of
    a few numbers, so that a file with many of them stays small.
    """
    if not isinstance(found, np.ndarray):
        return float(found)
    if not found.size or np.all(found == found.flat[0]):
        return float(found.flat[0]) if found.size else 0.0
    exponents = np.log2(found, out=np.zeros(found.shape), where=found > 0)
    rounded = np.where(found > 0, np.exp2(np.ceil(STEPS * exponents) / STEPS), 0.0)
    narrow = rounded.astype(np.float32)
    in_range = np.array_equal(narrow > 0, found > 0) and bool(np.all(np.isfinite(narrow)))
    return narrow if in_range else rounded


def _larger(first: float | None, second: float | None) -> float | None:
    return (
        max(first, second)
        if first is not None and second is not None
        else first
        if second is None
        else second
    )
