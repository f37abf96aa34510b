"""Turn the arguments of a stored case into the Python objects that a function receives.

JAX and Flax are imported only to make one of their objects, so that a process that makes none does
not load them.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.calls import given
from autograder.calls.inputs import Value

_NUMBERS: Mapping[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "numpy.int64": np.int64,
    "numpy.float32": np.float32,
}


class Later:
    """An argument that is made where the function is called, inside any transform of JAX: an object
    that the call may change cannot come from outside the transform.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def to_python(arguments: Mapping[str, Value], *, late: bool = False) -> dict[str, Any]:
    """The arguments as the function receives them: fresh copies. Raises `given.NotMade`.

    With `late`, an argument that holds an object that the call may change becomes a `Later`.
    """

    def make(name: str) -> Any:
        try:
            return arguments[name].assemble(lambda leaf: _leaf(leaf, make))
        except given.NotMade as fault:
            raise given.NotMade(fault.raised, fault.argument or name) from fault

    return {
        name: Later(functools.partial(make, name)) if late and _may_change(value) else make(name)
        for name, value in arguments.items()
    }


def _may_change(value: Value) -> bool:
    return any(leaf.kind in ("rngs", "made") for _, leaf in value.leaves())


def _leaf(value: Value, give: Callable[[str], Any]) -> Any:
    """The Python object of a value that is not a container. `give` makes other arguments."""
    if value.kind == "jax":
        import jax.numpy as jnp

        return jnp.array(value.data, copy=True)
    if value.kind == "numpy":
        return value.data.copy()
    if value.kind == "literal":
        return ast.literal_eval(value.text)
    if value.kind == "key":
        import jax

        return (
            jax.vmap(jax.random.key)(value.data)
            if value.data.ndim
            else jax.random.key(int(value.data))
        )
    if value.kind == "function":
        return given.function(value.text)
    if value.kind == "made":
        return given.make(value.text, give)
    if value.kind == "rngs":
        return _rngs(value)
    return _NUMBERS[value.kind](float(value.data) + float(value.text) if value.text else value.data)


def _rngs(value: Value) -> Any:
    from flax import nnx

    if not value.text:
        return nnx.Rngs(int(value.data))
    return nnx.Rngs(**dict(zip(value.text.split(), map(int, value.data), strict=True)))
