"""What a function returned, as named arrays.

A single array has the name "". Other arrays are named by their path from outside in, with keys and
indices joined by "/": "loss", "0", "grads/kernel". This module uses JAX and Flax only where
something else has imported them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

import numpy as np

from autograder.calls import causes

Output = Mapping[str, np.ndarray]

ALONE = ""

RETURNED = "returned"
"""The name for what a function returned, where the output also has the arguments that it
changed.
"""

SHOWN = 8
"""At most this many names appear in a sentence."""


def alone(array: np.ndarray) -> Output:
    """An output that is one array."""
    return {ALONE: array}


def identical(one: Output, other: Output) -> bool:
    """Whether two outputs are identical, bit by bit."""
    return one.keys() == other.keys() and all(
        (one[name].shape, one[name].dtype) == (other[name].shape, other[name].dtype)
        and one[name].tobytes() == other[name].tobytes()
        for name in one
    )


DEEPEST, MOST = 40, 1000
"""The limits on a nested answer: its levels of nesting, and the number of its arrays."""


class Unusable(Exception):
    """A returned value that is not an array of numbers. `cause` is a sentence of
    `autograder.calls.causes`.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def what(self) -> str:
        """What the function returned, in words, without advice on what to do about it."""
        return self.cause.removeprefix("returned ").split(";")[0].rstrip(".")


def to_array(returned: object) -> np.ndarray:
    """The returned value as an `np.ndarray` of the same shape and dtype.

    Accepts NumPy arrays and scalars, JAX arrays, and Python numbers (0-d). Raises `Unusable` for
    anything else: subclasses and objects with `__array__` could convert to something else each
    time.
    """
    kind = type(returned)
    if returned is None:
        raise Unusable(causes.NOTHING.says())
    if kind in (bool, int, float, complex):
        return np.asarray(returned)
    if kind is not np.ndarray and not issubclass(kind, np.generic):
        returned = _from_jax(returned)
    array = np.asarray(returned)
    if array.dtype.hasobject:
        raise Unusable(causes.OBJECTS.says(dtype=array.dtype))
    return array


def to_output(returned: object, *, several: bool = False) -> Output:
    """The returned value as named arrays (see `autograder.calls.outputs`).

    It must be one array, as for `to_array`. With `several` it may also be any nesting of dicts,
    lists and tuples of arrays, or a Flax module or its state. The output then has each array by
    name, a `Variable` as its value, and a PRNG key as its data. Raises `Unusable`.
    """
    if not several:
        return alone(to_array(returned))
    found = {name: _leaf(value, bool(name)) for name, value in collect_arrays(returned).items()}
    if not found and type(returned) in (tuple, list, dict) and _only_none(returned):
        raise Unusable(
            causes.NOTHING_INSIDE.says(kind=type(returned).__name__, what="everything is")
        )
    if not found:
        raise Unusable(causes.NO_ARRAY_INSIDE.says())
    return found


def after_the_call(changed: Mapping[str, Any], returned: object, several: bool) -> Output:
    """The arguments that a function has changed, by name. With `several`, what it returned follows
    under the name `RETURNED`, unless that is None. Raises `Unusable`.
    """
    return to_output(
        {**changed, **({RETURNED: returned} if several and returned is not None else {})},
        several=True,
    )


def collect_arrays(returned: object) -> dict[str, Any]:
    """The leaves of a nested answer, unconverted, by name (see `to_output`). Inside a JAX transform
    they are its tracers.

    Raises `Unusable`.
    """
    found: dict[str, Any] = {}
    _collect(returned, "", found, 0)
    return found


def _collect(value: Any, name: str, found: dict[str, Any], depth: int) -> None:
    if depth > DEEPEST or len(found) > MOST:
        raise Unusable(causes.TOO_LARGE.says())
    parts = _parts(value)
    if value is None and name:
        return  # as in JAX, None is an empty subtree
    if parts is None:
        if name in found:
            raise Unusable(causes.SAME_NAME.says())
        found[name] = _without_flax(value)
        return
    for key, part in parts:
        _collect(part, f"{name}/{key}" if name else str(key), found, depth + 1)


def _only_none(value: Any) -> bool:
    """Whether a container holds nothing but None, and is not empty."""
    parts = _parts(value)
    return value is None if parts is None else bool(parts) and all(_only_none(p) for _, p in parts)


def _parts(value: Any) -> list[tuple[Any, Any]] | None:
    """The items of a container, by key or index, or None if `value` is not a container."""
    value = _without_flax(value)
    if isinstance(value, dict):
        return list(dict.items(value))
    return list(enumerate(value)) if isinstance(value, list | tuple) else None


def _without_flax(value: Any) -> Any:
    """Flax modules, states and frozen dicts as plain dicts, and a variable as its value."""
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
        raise Unusable(causes.NO_NUMBERS_INSIDE.says()) from None


def _from_jax(returned: Any) -> Any:
    jax = sys.modules.get("jax")
    if jax is None or not isinstance(returned, jax.Array):
        raise Unusable(_no_array(returned))
    if isinstance(returned, jax.core.Tracer):
        raise Unusable(causes.TRACER.says())
    if jax.dtypes.issubdtype(returned.dtype, jax.dtypes.extended):
        raise Unusable(causes.KEYS.says())
    try:
        return np.asarray(returned)
    except Exception as fault:  # noqa: BLE001 - whatever reading it raises, it cannot be read
        raise Unusable(causes.UNREADABLE.says(kind=type(fault).__name__)) from None


def _no_array(returned: object) -> str:
    kind = type(returned)
    if isinstance(returned, list | tuple) and any(each is None for each in returned):
        what = "everything is" if all(each is None for each in returned) else "something is"
        return causes.NOTHING_INSIDE.says(kind=kind.__name__, what=what)
    if kind in (list, tuple):
        length = len(returned)  # type: ignore[arg-type]
        return causes.SEQUENCE.says(kind=kind.__name__, length=length)
    if kind in (dict, str, set, bytes):
        return causes.PLAIN_DATA.says(kind=kind.__name__)
    if kind.__module__.split(".")[0] == "flax":
        return causes.OF_FLAX.says(
            kind=kind.__name__ if kind.__name__ in causes.FLAX_TYPES else "object"
        )
    if isinstance(returned, np.ndarray):
        return causes.MORE_THAN_AN_ARRAY.says(
            kind="MaskedArray" if isinstance(returned, np.ma.MaskedArray) else "subclass of ndarray"
        )
    for kinds, what in zip(_LAZY, causes.LAZY, strict=True):
        if isinstance(returned, kinds):
            return causes.NOT_RUN.says(what=what)
    return (causes.FUNCTION if callable(returned) else causes.OTHER_OBJECT).says()


_LAZY: tuple[tuple[type, ...], ...] = (
    (GeneratorType, AsyncGeneratorType),
    (CoroutineType,),
    (map, zip, filter, enumerate),
)
"""What a call returns that has not computed anything yet, in the order of `causes.LAZY`."""
