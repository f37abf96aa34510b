"""Measure how far a right answer may be from the reference.

The noise of a reference is the largest difference between its outputs under changes that do not
matter: floating inputs moved by one unit in the last place, eager against compiled, float64 inputs,
and the author's own alternatives. The threshold of 16 times what rounding explains is that of the
BLAS test programs (Dongarra et al., "A set of level 3 basic linear algebra subprograms", ACM TOMS
16, 1990).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.calls.call import Returned, call
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.verdicts.arrays import dtype_kind, magnitude, widen

THRESHOLD = 16

FLOOR = 64
"""Smallest tolerance, in rounding units of the output's dtype at the output's largest element.

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
    """The largest difference of any element, relative to the largest element, by source. None: it
    could not be measured.
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


def noise(reference: Any, case: Case, output: Output, rng: np.random.Generator) -> Noises:
    """The noise of `output`, which `reference` gave for `case`, under moved inputs. This costs no
    compilation.

    All None for arrays that are compared exactly.
    """
    moved = [call(reference, _nudged(case.arguments, rng), case.way) for _ in range(2)]
    return {
        name: Noise(_larger(*(_difference(outcome, name, output) for outcome in moved)))
        for name in output
    }


def noise_of_compilers(reference: Any, case: Case, output: Output) -> Noises:
    """The noise of other compiled programs for the same computation: compiled as a whole, and in
    float64. Each costs a compilation.
    """
    compiled = call(reference, case.arguments, case.way.under("jit", case.arguments))
    wide = _in_float64(reference, case)
    return {
        name: Noise(
            None, _difference(compiled, name, output), _explained(_difference(wide, name, output))
        )
        for name in output
    }


def of_alternative(outcome: Returned, output: Output) -> Noises:
    """The noise that an author's alternative adds; None for an array that differs by more than
    rounding explains.
    """
    return {
        name: Noise(alternatives=_explained(_difference(outcome, name, output))) for name in output
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
    output: Output, noises: Noises, rtol: float | None = None, atol: float | None = None
) -> dict[str, float]:
    """The allowed error (see `allowed`) of each array of `output`, whose noise is given."""
    return {
        name: allowed(array, noises.get(name, Noise()).largest, rtol, atol)
        for name, array in output.items()
    }


def allowed(
    output: np.ndarray, relative_noise: float, rtol: float | None = None, atol: float | None = None
) -> float:
    """The largest absolute difference allowed in any element of `output`; 0.0 if it is compared
    exactly.

    An author's `rtol` (relative to the largest element) and `atol` (absolute) replace the measured
    noise; given both, the two are added.
    """
    if dtype_kind(output.dtype) not in ("floating", "complex"):
        return 0.0
    if rtol is not None or atol is not None:
        return (atol or 0.0) + (rtol or 0.0) * magnitude(output)
    rounding = float(np.finfo(output.dtype).eps)
    return max(THRESHOLD * relative_noise, FLOOR * rounding) * magnitude(output)


def _larger(first: float | None, second: float | None) -> float | None:
    return (
        max(first, second)
        if first is not None and second is not None
        else first
        if second is None
        else second
    )


def _explained(difference: float | None) -> float | None:
    return None if difference is None or difference > NOISIEST else difference


def _difference(outcome: object, name: str, output: Output) -> float | None:
    """The largest difference of any element of one array, relative to the largest element. None if
    the array is compared exactly, or cannot be compared.
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
    difference = float(np.max(np.abs(widen(actual) - widen(desired)), initial=0.0))
    return difference / magnitude(desired) if np.isfinite(difference) else None


def _floats_changed(
    arguments: Mapping[str, Value], change: Callable[[np.ndarray], np.ndarray]
) -> dict[str, Value]:
    """The arguments with `change` applied to their floating-point arrays.

    Integers and booleans are exact, and often serve as indices: they stay as they are.
    """

    def changed(value: Value) -> Value:
        return (
            Value(value.kind, change(value.data))
            if value.kind in ("jax", "numpy") and value.data.dtype.kind == "f"
            else value
        )

    return {name: value.changed(changed) for name, value in arguments.items()}


def _nudged(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each floating-point array moved to a neighbouring number,
    up or down at random.
    """

    def nudge(data: np.ndarray) -> np.ndarray:
        towards = np.where(rng.random(data.shape) < 0.5, -np.inf, np.inf).astype(data.dtype)
        nudged: np.ndarray = np.nextafter(data, towards)
        return nudged

    return _floats_changed(arguments, nudge)


def _in_float64(reference: Any, case: Case) -> object:
    """The outcome of the reference on float64 arrays.

    Flax keeps its parameters in float32, so they keep their bits; other random numbers may change.
    """
    import jax

    with jax.enable_x64(True):
        return call(
            reference,
            _floats_changed(case.arguments, lambda data: data.astype(np.float64)),
            case.way,
        )
