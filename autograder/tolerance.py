"""How far may a right answer be from the reference? Measured, never guessed.

The noise of a reference is the largest difference between it and itself under changes that do not matter: floating inputs moved by one
unit in the last place, eager against compiled. The threshold of 16 times what rounding explains is that of the test programs of the
BLAS (Dongarra et al., "A set of level 3 basic linear algebra subprograms", ACM TOMS 16, 1990).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.arguments import Value
from autograder.calls import Returned, call
from autograder.compare import dtype_kind

THRESHOLD = 16

FLOOR = 64
"""No tolerance is below this many units of rounding of the output's dtype, at the output's largest element: a measured noise of zero
only says that these changes of the input happened to round alike."""


def magnitude(output: np.ndarray) -> float:
    """The largest absolute value of any element."""
    return float(np.max(np.abs(output.astype(np.float64)), initial=0.0))


def noise(reference: Any, arguments: Mapping[str, Value], output: np.ndarray, rng: np.random.Generator) -> float:
    """The largest difference of any element of `output` under changes that do not matter, relative to its largest element.

    0.0 for outputs that are compared exactly.
    """
    size = magnitude(output)
    if dtype_kind(output.dtype) != "floating" or size == 0.0:
        return 0.0
    others = [call(reference, _nudged(arguments, rng)) for _ in range(2)]
    others.append(call(_compiled(reference, arguments), {name: value for name, value in arguments.items() if _is_array(value)}))
    differences = [
        float(np.max(np.abs(other.array.astype(np.float64) - output)))
        for other in others
        if isinstance(other, Returned) and other.array.shape == output.shape
    ]
    return max(differences, default=0.0) / size


def allowed(output: np.ndarray, relative_noise: float) -> float:
    """The largest absolute difference allowed in any element of `output`; 0.0 where it is compared exactly."""
    if dtype_kind(output.dtype) != "floating":
        return 0.0
    rounding = float(np.finfo(output.dtype).eps)
    return max(THRESHOLD * relative_noise, FLOOR * rounding) * magnitude(output)


def _is_array(value: Value) -> bool:
    return value.kind in ("jax", "numpy")


def _nudged(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each array moved to a neighbouring floating-point number, up or down at random."""

    def nudge(data: np.ndarray) -> np.ndarray:
        towards = np.where(rng.random(data.shape) < 0.5, -np.inf, np.inf).astype(data.dtype)
        nudged: np.ndarray = np.nextafter(data, towards)
        return nudged

    return {name: Value(value.kind, nudge(value.data)) if _is_array(value) else value for name, value in arguments.items()}


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
