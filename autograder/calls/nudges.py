"""Arguments that are changed by less than matters. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from autograder.calls.inputs import Value

SLIGHT = 2.0**-20
"""The relative change of a slight nudge: float32 tells it, with 24 bits, and half precision, with 8
or 11, does not.
"""


def floats_changed(
    arguments: Mapping[str, Value], change: Callable[[np.ndarray], np.ndarray]
) -> dict[str, Value]:
    """The arguments with `change` applied to their floating-point arrays and numbers.

    Integers and booleans are exact, and often serve as indices: they stay as they are.
    """

    def changed(value: Value) -> Value:
        return (
            Value(value.kind, change(value.data))
            if value.holds_data and value.data.dtype.kind == "f"
            else value
        )

    return {name: value.changed(changed) for name, value in arguments.items()}


def nudged(arguments: Mapping[str, Value], rng: np.random.Generator) -> dict[str, Value]:
    """The arguments with each element of each floating-point array moved to a neighbouring number,
    up or down at random.
    """

    def nudge(data: np.ndarray) -> np.ndarray:
        towards = np.where(rng.random(data.shape) < 0.5, -np.inf, np.inf).astype(data.dtype)
        moved: np.ndarray = np.nextafter(data, towards)
        return moved

    return floats_changed(arguments, nudge)


def nudged_slightly(arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments with each element of each floating-point array larger or smaller by the share
    `SLIGHT`. The same arguments always give the same ones.
    """
    rng = np.random.default_rng(7)

    def nudge(data: np.ndarray) -> np.ndarray:
        signs = np.where(rng.random(data.shape) < 0.5, -SLIGHT, SLIGHT)
        return np.asarray(data * (1 + signs)).astype(data.dtype)

    return floats_changed(arguments, nudge)


def has_floats(arguments: Mapping[str, Value]) -> bool:
    """Whether there is a floating-point array among the arguments."""
    return any(
        leaf.holds_data and leaf.data.dtype.kind == "f"
        for value in arguments.values()
        for _, leaf in value.leaves()
    )
