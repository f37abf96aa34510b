"""Arguments, from a stored case to the Python objects that a function receives.

JAX is imported only to make a JAX array or key, so that a process which never makes one stays free
of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Value:
    """One concrete argument: its data, and the Python type in which the function receives it.

    `kind` is one of "jax", "numpy" (arrays), "int", "float", "numpy.int64", "numpy.float32"
    (numbers; `data` is 0-d), "key" (a JAX PRNG key; `data` is its seed, 0-d, or 1-d for an array of
    keys). A "tree" has no data of its own: `fields` are its values by name.
    """

    kind: str
    data: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fields: Mapping[str, Value] = field(default_factory=dict)

    def changed(self, change: Callable[[Value], Value]) -> Value:
        """A copy of this value in which `change` is applied to each value that is not a tree."""
        return (
            Value(
                "tree", fields={name: value.changed(change) for name, value in self.fields.items()}
            )
            if self.kind == "tree"
            else change(self)
        )

    def leaves(self, name: str = "") -> Iterator[tuple[str, Value]]:
        """Each value that is not a tree, with its name: the argument's name, followed by the names
        of the fields, joined by "/".
        """
        if self.kind != "tree":
            yield name, self
        for part, value in self.fields.items():
            yield from value.leaves(f"{name}/{part}")


def flatten(arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments with trees replaced by their fields, by name (see `Value.leaves`)."""
    return {path: leaf for name, value in arguments.items() for path, leaf in value.leaves(name)}


def unflatten(leaves: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that `flatten` was given."""
    found: dict[str, Value] = {}
    trees: dict[str, dict[str, Value]] = {}
    for path, value in leaves.items():
        name, _, rest = path.partition("/")
        if rest:
            trees.setdefault(name, {})[rest] = value
            found[name] = value  # keeps the order
        else:
            found[name] = value
    return {
        name: Value("tree", fields=unflatten(trees[name])) if name in trees else value
        for name, value in found.items()
    }


def to_python(value: Value) -> Any:
    """The argument as the function receives it: a copy that no one else holds."""
    if value.kind == "jax":
        import jax.numpy as jnp

        return jnp.array(value.data, copy=True)
    if value.kind == "numpy":
        return value.data.copy()
    if value.kind == "tree":
        return {name: to_python(each) for name, each in value.fields.items()}
    if value.kind == "key":
        import jax

        return (
            jax.vmap(jax.random.key)(value.data)
            if value.data.ndim
            else jax.random.key(int(value.data))
        )
    return {"int": int, "float": float, "numpy.int64": np.int64, "numpy.float32": np.float32}[
        value.kind
    ](value.data)


def unchanged(passed: Any, value: Value) -> bool:
    """Whether `passed`, which `to_python` made of `value` and a function received, still equals
    `value`.
    """
    if value.kind == "tree":
        return (
            type(passed) is dict
            and passed.keys() == value.fields.keys()
            and all(unchanged(passed[name], each) for name, each in value.fields.items())
        )
    if value.kind not in ("jax", "numpy"):
        return True
    if value.kind == "jax" and passed.is_deleted():
        return False
    found = np.asarray(passed)
    return (found.shape, found.dtype) == (
        value.data.shape,
        value.data.dtype,
    ) and found.tobytes() == value.data.tobytes()


def describe(value: Value) -> str:
    """An argument in a few words, for messages: the number itself, or an array's type and shape."""
    if value.kind in ("jax", "numpy"):
        return f"a {'JAX' if value.kind == 'jax' else 'NumPy'} array of shape {value.data.shape}"
    if value.kind == "tree":
        return (
            f"{{{', '.join(f'{name}: {describe(each)}' for name, each in value.fields.items())}}}"
        )
    if value.kind == "key":
        return (
            f"jax.random.key({int(value.data)})"
            if value.data.ndim == 0
            else f"{value.data.size} keys"
        )
    number = float(value.data) if "float" in value.kind else int(value.data)
    return f"{value.kind}({number})" if "." in value.kind else str(number)
