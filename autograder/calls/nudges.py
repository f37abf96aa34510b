"""Arguments that are changed by less than matters. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import finfo, is_narrow, letter

SLIGHT = 2.0**-16
"""The relative change of a slight nudge: float32 tells it, with 24 bits, and half precision, with 8
or 11, does not.
"""

SMALL_STEP = 64
"""The rounding units of its dtype by which `stepped` moves a number: rounding hides this little,
and few functions jump within it.
"""


def floats_changed(
    arguments: Mapping[str, Value], change: Callable[[np.ndarray], np.ndarray]
) -> dict[str, Value]:
    """The arguments with `change` applied to their floating-point arrays and numbers, and to the
    real and the imaginary parts of their complex ones. `change` may change the dtype.

    Integers and booleans are exact, and often serve as indices: they stay as they are.
    """

    def changed(value: Value) -> Value:
        return Value(value.kind, in_parts(value.data, change)) if _moves(value) else value

    return {name: value.changed(changed) for name, value in arguments.items()}


def in_parts(data: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """`change` of a floating-point array, or of the parts of a complex one. Parts that are no wider
    than float32 give complex64.
    """
    if data.dtype.kind != "c":
        return change(data)
    real, imaginary = change(data.real), change(data.imag)
    both = np.empty(real.shape, np.complex64 if real.dtype.itemsize <= 4 else np.complex128)
    both.real, both.imag = real, imaginary
    return both


def _moves(value: Value) -> bool:
    return value.holds_data and letter(value.data.dtype) in "fc"


def nudged(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each floating-point array moved to a neighbouring number,
    up or down at random; of a complex array, each part. Neighbours in bfloat16 are further away
    than rounding explains, so its arrays stay.
    """

    def nudge(data: np.ndarray) -> np.ndarray:
        if is_narrow(data.dtype):
            return data
        towards = np.where(rng.random(data.shape) < 0.5, -np.inf, np.inf).astype(data.dtype)
        moved: np.ndarray = np.nextafter(data, towards)
        return moved

    return floats_changed(arguments, nudge)


def stepped(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each floating-point array larger or smaller, at random, by
    `SMALL_STEP` rounding units of the array with the largest.
    """
    step = SMALL_STEP * coarsest(arguments)

    def nudge(data: np.ndarray) -> np.ndarray:
        signs = np.where(rng.random(data.shape) < 0.5, -step, step)
        return np.asarray(data * (1 + signs)).astype(data.dtype)

    return floats_changed(arguments, nudge)


def nudged_slightly(arguments: Mapping[str, Value], steps: int = 1) -> dict[str, Value]:
    """The arguments with each element of each floating-point array larger or smaller by so many
    times the share `SLIGHT`. The same arguments always give the same ones.
    """
    rng = np.random.default_rng(7)

    def nudge(data: np.ndarray) -> np.ndarray:
        signs = np.where(rng.random(data.shape) < 0.5, -SLIGHT, SLIGHT)
        return np.asarray(data * (1 + steps * signs)).astype(data.dtype)

    return floats_changed(arguments, nudge)


def has_floats(arguments: Mapping[str, Value]) -> bool:
    """Whether there is a floating-point or complex array among the arguments."""
    return any(_moves(leaf) for value in arguments.values() for _, leaf in value.leaves())


def coarsest(arguments: Mapping[str, Value]) -> float:
    """The rounding unit of the floating-point array among the arguments that has the largest; 0.0
    if there is none.
    """
    return max(
        (
            float(finfo(leaf.data.dtype).eps)
            for value in arguments.values()
            for _, leaf in value.leaves()
            if _moves(leaf)
        ),
        default=0.0,
    )
