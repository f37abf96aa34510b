"""How far may a right answer be from the reference? Measured, never guessed.

The noise of a reference is the largest difference between it and itself under changes that do not matter: floating inputs moved by one
unit in the last place, eager against compiled, float64 inputs, and the author's own alternatives. The threshold of 16 times what rounding
explains is that of the test programs of the BLAS (Dongarra et al., "A set of level 3 basic linear algebra subprograms", ACM TOMS 16, 1990).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.arguments import Value
from autograder.calls import Returned, call
from autograder.compare import dtype_kind, magnitude, widened

THRESHOLD = 16

FLOOR = 64
"""No tolerance is below this many units of rounding of the output's dtype, at the output's largest element: a measured noise of zero
only says that these changes of the input happened to round alike."""

MARGIN = 10
"""The nearest wrong answer must be this many tolerances away."""

NOISIEST = 1e-3
"""A difference above this share of the largest element is no rounding: float64 has drawn other random numbers, or an alternative is wrong."""


@dataclass(frozen=True)
class Noise:
    """The largest difference of any element, relative to the largest element, by where it came from. None: it could not be compared."""

    nudged: float | None = None
    compiled: float | None = None
    float64: float | None = None
    alternatives: float | None = None

    @property
    def largest(self) -> float:
        return max((value for value in vars(self).values() if value is not None), default=0.0)

    def or_larger(self, other: Noise) -> Noise:
        """Source by source, the larger of two."""
        return Noise(**{name: _larger(value, vars(other)[name]) for name, value in vars(self).items()})


def noise(reference: Any, arguments: Mapping[str, Value], output: np.ndarray, rng: np.random.Generator) -> Noise:
    """The noise of `output`, which `reference` gave for `arguments`, that costs no compilation: from moved inputs.

    All None for outputs that are compared exactly.
    """
    if dtype_kind(output.dtype) != "floating" or magnitude(output) == 0.0:
        return Noise()
    return Noise(_larger(*(_difference(call(reference, _nudged(arguments, rng)), output) for _ in range(2))))


def noise_of_compilers(reference: Any, arguments: Mapping[str, Value], output: np.ndarray) -> Noise:
    """The noise that other compiled programs of the same computation show: the whole as one, and in float64. Each costs a compilation."""
    if dtype_kind(output.dtype) != "floating" or magnitude(output) == 0.0:
        return Noise()
    compiled = call(_compiled(reference, arguments), {name: value for name, value in arguments.items() if _is_array(value)})
    return Noise(None, _difference(compiled, output), _explained(_difference(_in_float64(reference, arguments), output)))


def of_alternative(outcome: Returned, output: np.ndarray) -> Noise:
    """The noise that an author's alternative adds, if what it returned can be called the same output."""
    if dtype_kind(output.dtype) != "floating" or magnitude(output) == 0.0:
        return Noise()
    return Noise(alternatives=_explained(_difference(outcome, output)))


def allowed(output: np.ndarray, relative_noise: float, rtol: float | None = None, atol: float | None = None) -> float:
    """The largest absolute difference allowed in any element of `output`; 0.0 where it is compared exactly.

    An author's `rtol` (relative to the largest element) or `atol` replaces what the noise says.
    """
    if dtype_kind(output.dtype) not in ("floating", "complex"):
        return 0.0
    if rtol is not None or atol is not None:
        return (atol or 0.0) + (rtol or 0.0) * magnitude(output)
    rounding = float(np.finfo(output.dtype).eps)
    return max(THRESHOLD * relative_noise, FLOOR * rounding) * magnitude(output)


def _larger(first: float | None, second: float | None) -> float | None:
    return max(first, second) if first is not None and second is not None else first if second is None else second


def _explained(difference: float | None) -> float | None:
    return None if difference is None or difference > NOISIEST else difference


def _difference(outcome: object, output: np.ndarray) -> float | None:
    if not isinstance(outcome, Returned) or outcome.array.shape != output.shape or dtype_kind(outcome.array.dtype) != "floating":
        return None
    difference = float(np.max(np.abs(widened(outcome.array) - widened(output)), initial=0.0))
    return difference / magnitude(output) if np.isfinite(difference) else None


def _is_array(value: Value) -> bool:
    return value.kind in ("jax", "numpy")


def _floats_changed(arguments: Mapping[str, Value], change: Callable[[np.ndarray], np.ndarray]) -> dict[str, Value]:
    """Integers and booleans are exact, and often say where to look: they stay."""
    return {
        name: Value(value.kind, change(value.data)) if _is_array(value) and value.data.dtype.kind == "f" else value
        for name, value in arguments.items()
    }


def _nudged(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each array moved to a neighbouring floating-point number, up or down at random."""

    def nudge(data: np.ndarray) -> np.ndarray:
        towards = np.where(rng.random(data.shape) < 0.5, -np.inf, np.inf).astype(data.dtype)
        nudged: np.ndarray = np.nextafter(data, towards)
        return nudged

    return _floats_changed(arguments, nudge)


def _in_float64(reference: Any, arguments: Mapping[str, Value]) -> object:
    """The reference on float64 arrays. Flax keeps its parameters in float32, so that their bits stay; other random numbers may not."""
    import jax

    with jax.enable_x64(True):
        return call(reference, _floats_changed(arguments, lambda data: data.astype(np.float64)))


def _compiled(reference: Any, arguments: Mapping[str, Value]) -> Any:
    """The reference as one compiled program of its arrays, its numbers fixed. Calling it fails where Python depends on the arrays."""
    import jax

    from autograder.values import to_python

    names = [name for name, value in arguments.items() if _is_array(value)]

    def of_arrays(*arrays: Any) -> Any:
        passed = dict(zip(names, arrays, strict=True))
        return reference(*(passed[name] if name in passed else to_python(value) for name, value in arguments.items()))

    def compiled(*arrays: Any) -> Any:
        return jax.jit(of_arrays)(*arrays)

    return compiled
