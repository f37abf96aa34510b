"""Change arguments by less than matters. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import finfo, is_narrow, letter

SLIGHT = 2.0**-16
"""The relative change of a slight nudge. It shows in float32, with 24 bits, and not in half
precision, with 8 or 11.
"""

SMALL_STEP = 64
"""The number of rounding units by which `step_floats` moves a number. Rounding hides such a small
step, and few functions jump within it.
"""


def floats_changed(
    arguments: Mapping[str, Value], change: Callable[[np.ndarray], np.ndarray]
) -> dict[str, Value]:
    """The arguments with `change` applied to their floating-point arrays and numbers, and to the
    real and imaginary parts of complex ones. `change` may change the dtype.

    Integers and booleans stay as they are: they are exact, and often serve as indices.
    """

    def changed(value: Value) -> Value:
        return Value(value.kind, in_parts(value.data, change)) if _moves(value) else value

    return {name: value.map_leaves(changed) for name, value in arguments.items()}


def in_parts(data: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """`change` applied to a floating-point array, or to both parts of a complex one. Parts no wider
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


def nudge_floats(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each floating-point array, and each part of complex
    elements, moved to a neighbouring number, up or down at random.

    Arrays in bfloat16 and narrower stay as they are: their neighbours are further away than
    rounding explains.
    """

    def nudge(data: np.ndarray) -> np.ndarray:
        if is_narrow(data.dtype):
            return data
        towards = np.where(rng.random(data.shape) < 0.5, -np.inf, np.inf).astype(data.dtype)
        moved: np.ndarray = np.nextafter(data, towards)
        return moved

    return floats_changed(arguments, nudge)


def step_floats(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each floating-point array larger or smaller, at random, by
    `SMALL_STEP` rounding units of the coarsest dtype among them.
    """
    step = SMALL_STEP * coarsest(arguments)

    def nudge(data: np.ndarray) -> np.ndarray:
        signs = np.where(rng.random(data.shape) < 0.5, -step, step)
        return np.asarray(data * (1 + signs)).astype(data.dtype)

    return floats_changed(arguments, nudge)


def nudged_slightly(arguments: Mapping[str, Value], steps: int = 1) -> dict[str, Value]:
    """The arguments with each element of each floating-point array larger or smaller, at random, by
    `steps` times the share `SLIGHT`. The signs are the same in every call.
    """
    rng = np.random.default_rng(7)

    def nudge(data: np.ndarray) -> np.ndarray:
        signs = np.where(rng.random(data.shape) < 0.5, -SLIGHT, SLIGHT)
        return np.asarray(data * (1 + steps * signs)).astype(data.dtype)

    return floats_changed(arguments, nudge)


def has_floats(arguments: Mapping[str, Value]) -> bool:
    """Whether the arguments contain a floating-point or complex array."""
    return any(_moves(leaf) for value in arguments.values() for _, leaf in value.leaves())


def coarsest(arguments: Mapping[str, Value]) -> float:
    """The largest rounding unit of the arguments' floating-point arrays, or 0.0 without any."""
    return max(
        (
            float(finfo(leaf.data.dtype).eps)
            for value in arguments.values()
            for _, leaf in value.leaves()
            if _moves(leaf)
        ),
        default=0.0,
    )
