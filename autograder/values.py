"""What crosses between a stored case and a Python function: arguments going in, the returned value coming out.

JAX is imported only to make a JAX array, so that a process which never does so stays free of it.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from autograder.arguments import Value


class Unusable(Exception):
    """A returned value that is not an array of numbers; the text continues a sentence that begins with the function's name."""


def to_python(value: Value) -> Any:
    """The argument as the function receives it: a copy that nobody else holds."""
    if value.kind == "jax":
        import jax.numpy as jnp

        return jnp.array(value.data, copy=True)
    if value.kind == "numpy":
        return value.data.copy()
    if value.kind == "key":
        import jax

        return jax.random.key(int(value.data))
    return {"int": int, "float": float, "numpy.int64": np.int64, "numpy.float32": np.float32}[value.kind](value.data)


def unchanged(passed: Any, value: Value) -> bool:
    """Whether what `to_python` made of `value` still is what it was, after a function had it."""
    if value.kind not in ("jax", "numpy"):
        return True
    if value.kind == "jax" and passed.is_deleted():
        return False
    found = np.asarray(passed)
    return (found.shape, found.dtype) == (value.data.shape, value.data.dtype) and found.tobytes() == value.data.tobytes()


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
