"""Pack JAX arrays and keys as plain data, for tests that do with an answer what only a JAX array
can do.

They are packed only if JAX is already imported; the side that unpacks them imports it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Pack = Callable[[Any], Any]

_KEYS = ("threefry2x32", "rbg", "unsafe_rbg")
"""The kinds of keys that JAX itself has."""


def pack_jax(value: Any, pack: Pack) -> Any:
    """A JAX array or key as JSON, with its parts packed by `pack`; None for any other value, and
    for an array that is being traced.
    """
    jax = sys.modules.get("jax")
    if jax is None or not isinstance(value, jax.Array) or isinstance(value, jax.core.Tracer):
        return None
    if jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key):
        kind = str(jax.random.key_impl(value))
        known = kind in _KEYS
        return {"key": [kind, pack(np.asarray(jax.random.key_data(value)))]} if known else None
    return {"jax": pack(np.asarray(value))}


def unpack_jax(kind: str, content: Any, unpack: Pack) -> Any:
    """The array or key that `pack_jax` was given. Raises whatever JAX raises for parts that do not
    fit together.
    """
    jax = import_jax()
    if kind == "key":
        if content[0] not in _KEYS:
            raise ValueError(content[0])
        return jax.random.wrap_key_data(_array(unpack(content[1])), impl=content[0])
    array = _array(unpack(content))
    if array.dtype.itemsize > (8 if array.dtype.kind == "c" else 4):
        # The notebook has switched on 64-bit numbers; it could not have such an array otherwise.
        jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray(array)


def _array(value: Any) -> np.ndarray:
    if not isinstance(value, np.ndarray | np.generic):
        raise ValueError("no array")  # otherwise NumPy would make an array of anything
    return np.asarray(value)


def import_jax() -> Any:
    """JAX, imported for the CPU if it is not imported yet."""
    if "jax" not in sys.modules:
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    return jax
