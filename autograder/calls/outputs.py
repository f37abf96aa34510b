"""What a function returned, as named arrays.

An array that is returned by itself has the name "". Others are named by the way to them from outside in, keys and places joined by "/": "loss", "0",
"grads/kernel". JAX and Flax are looked at only where they are imported already.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

Output = Mapping[str, np.ndarray]

ALONE = ""

SHOWN = 8
"""So many names are listed in a sentence."""


def alone(array: np.ndarray) -> Output:
    """An output that is one array by itself."""
    return {ALONE: array}


def identical(one: Output, other: Output) -> bool:
    """Whether two outputs are the same, bit by bit."""
    return one.keys() == other.keys() and all(
        (one[name].shape, one[name].dtype) == (other[name].shape, other[name].dtype) and one[name].tobytes() == other[name].tobytes() for name in one
    )


DEEPEST, MOST = 40, 1000
"""A nested answer has no more levels, and no more arrays."""


class Unusable(Exception):
    """A returned value that is not an array of numbers; the text continues a sentence that begins with the function's name."""


def to_array(returned: object) -> np.ndarray:
    """The returned value as an `np.ndarray` of the same shape and dtype.

    Accepts exactly: NumPy arrays and scalars, JAX arrays, Python numbers (0-d). Subclasses and objects that merely convert
    (`__array__`) are refused: what they would convert to is for them to decide, at every look anew.
    Raises `Unusable` for anything else.
    """
    kind = type(returned)
    if returned is None:
        raise Unusable("returned None. Is a `return` missing?")
    if kind in (bool, int, float, complex):
        return np.asarray(returned)
    if kind is not np.ndarray and not issubclass(kind, np.generic):
        returned = _from_jax(returned)
    array = np.asarray(returned)
    if array.dtype.hasobject:
        raise Unusable(f"returned an array of Python objects (dtype {array.dtype}); its elements must be numbers.")
    return array


def to_output(returned: object, *, several: bool = False) -> Output:
    """The returned value as named arrays (see `autograder.calls.outputs`).

    It is one array, as `to_array` takes it. With `several` it may also be dicts, lists and tuples of arrays, nested as may be, or a module of
    Flax, or its state: the arrays in it are taken by their names, a `Variable` as its value, a PRNG key as its data. Raises `Unusable`.
    """
    if not several:
        return alone(to_array(returned))
    found = {name: _leaf(value, bool(name)) for name, value in collect_arrays(returned).items()}
    if not found:
        raise Unusable("returned a structure without any array in it.")
    return found


def collect_arrays(returned: object) -> dict[str, Any]:
    """What is in a nested answer, by name (see `to_output`), as it was returned: inside of a transform of JAX these are its tracers. Raises `Unusable`."""
    found: dict[str, Any] = {}
    _collect(returned, "", found, 0)
    return found


def _collect(value: Any, name: str, found: dict[str, Any], depth: int) -> None:
    if depth > DEEPEST or len(found) > MOST:
        raise Unusable("returned a structure that is nested too deeply, or has too many arrays.")
    parts = _parts(value)
    if value is None and name:
        return  # as in JAX, an empty place
    if parts is None:
        if name in found:
            raise Unusable("returned a structure in which two arrays have the same name.")
        found[name] = _without_flax(value)
        return
    for key, part in parts:
        _collect(part, f"{name}/{key}" if name else str(key), found, depth + 1)


def _parts(value: Any) -> list[tuple[Any, Any]] | None:
    """What is in a container, by key or place; None for what is no container."""
    value = _without_flax(value)
    if isinstance(value, dict):
        return list(dict.items(value))
    return list(enumerate(value)) if isinstance(value, list | tuple) else None


def _without_flax(value: Any) -> Any:
    """Modules, states and frozen dicts of Flax as plain dicts, and a variable as its value."""
    nnx, core = sys.modules.get("flax.nnx"), sys.modules.get("flax.core")
    if core is not None and isinstance(value, core.FrozenDict):
        return core.unfreeze(value)
    if nnx is None:
        return value
    if isinstance(value, nnx.Module):
        value = nnx.state(value)
    if isinstance(value, nnx.State):
        return nnx.to_pure_dict(value)
    return value.get_value() if isinstance(value, nnx.Variable) else value


def _leaf(value: Any, inside: bool) -> np.ndarray:
    jax = sys.modules.get("jax")
    if (
        jax is not None
        and isinstance(value, jax.Array)
        and not isinstance(value, jax.core.Tracer)
        and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key)
    ):
        value = jax.random.key_data(value)
    try:
        return to_array(value)
    except Unusable:
        if not inside:
            raise
        raise Unusable("returned a structure in which something is not an array of numbers.") from None


def _from_jax(returned: Any) -> Any:
    jax = sys.modules.get("jax")
    if jax is None or not isinstance(returned, jax.Array):
        raise Unusable(f"returned {_described(returned)}; it must return one array.")
    if isinstance(returned, jax.core.Tracer):
        raise Unusable(
            "returned a JAX tracer, a value that escaped from inside a transform such as jit or vmap; return what the transformed function returns."
        )
    if jax.dtypes.issubdtype(returned.dtype, jax.dtypes.extended):
        raise Unusable("returned an array of PRNG keys; its elements must be numbers.")
    try:
        return np.asarray(returned)
    except Exception as fault:  # noqa: BLE001 - whatever reading it raises, it cannot be read
        raise Unusable(f"returned a JAX array whose values cannot be read ({type(fault).__name__}); was it deleted or donated?") from None


def _described(returned: object) -> str:
    kind = type(returned)
    if kind in (list, tuple):
        return f"a {kind.__name__} of length {len(returned)}"  # type: ignore[arg-type]
    if kind in (dict, str, set, bytes):
        return f"a {kind.__name__}"
    if kind.__module__.split(".")[0] == "flax":
        return f"a Flax {kind.__name__ if kind.__name__ in ('Param', 'Variable', 'State', 'Linear') else 'object'}, not its array"
    if isinstance(returned, np.ndarray):
        return f"a {'MaskedArray' if isinstance(returned, np.ma.MaskedArray) else 'subclass of ndarray'}, which is more than a plain array"
    if callable(returned):
        return "a function or class (was it meant to be called?)"
    return "an object that is not an array"
