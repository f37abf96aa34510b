"""The arguments of a case: data, and the Python type in which the function receives it. NumPy
only.
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.calls import given

_NAMED = "named "

_NUMBERS = ("int", "float", "numpy.int64", "numpy.float32")


@dataclass(frozen=True)
class Value:
    """One concrete argument: its data, and the Python type in which the function receives it.

    `kind` says which:

    - "jax" and "numpy": arrays.
    - "int", "float", "numpy.int64" and "numpy.float32": numbers. `data` is 0-d, and `text` a
      fraction to add to it.
    - "key": a JAX PRNG key. `data` is its seed, 0-d, or 1-d for an array of keys.
    - "rngs": an `nnx.Rngs`. `data` is its seed, or the seeds of the streams that `text` names.
    - "literal": the Python constant that `text` writes.
    - "function" and "made": `text` is code (see `autograder.calls.given`).
    - "tree" (a dict), "list", "tuple" and "named …" (a named tuple, with its class's name):
      containers. They have no data of their own: `fields` are their values by name. The names in a
      list or tuple are indices.
    """

    kind: str
    data: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fields: Mapping[str, Value] = field(default_factory=dict)
    text: str = ""

    @property
    def contains(self) -> bool:
        """Whether it is a container."""
        return self.kind in ("tree", "list", "tuple") or self.kind.startswith(_NAMED)

    @property
    def holds_data(self) -> bool:
        """Whether `data` has a meaning."""
        return self.kind in ("jax", "numpy", "key", "rngs", *_NUMBERS)

    def map_leaves(self, change: Callable[[Value], Value]) -> Value:
        """A copy of this value with `change` applied to each value that is not a container."""
        return (
            replace(
                self, fields={name: value.map_leaves(change) for name, value in self.fields.items()}
            )
            if self.contains
            else change(self)
        )

    def leaves(self, name: str = "") -> Iterator[tuple[str, Value]]:
        """Each value that is not a container, with its name: the argument's name and the names of
        the fields, joined by "/".
        """
        if not self.contains:
            yield name, self
        for part, value in self.fields.items():
            yield from value.leaves(f"{name}/{part}")

    def parts(self, name: str = "") -> Iterator[tuple[str, Value]]:
        """Each value inside this one as in `leaves`, and each container but trees, before its
        contents.
        """
        if self.kind != "tree":
            yield name, replace(self, fields={})
        for part, value in self.fields.items():
            yield from value.parts(f"{name}/{part}")

    def assemble(self, make: Callable[[Value], Any]) -> Any:
        """The Python object of this value, built from what `make` returns for each value that is
        not a container.
        """
        if not self.contains:
            return make(self)
        made = {name: value.assemble(make) for name, value in self.fields.items()}
        if self.kind == "tree":
            return made
        if self.kind.startswith(_NAMED):
            return _named_tuple(self.kind.removeprefix(_NAMED), tuple(made))(*made.values())
        return list(made.values()) if self.kind == "list" else tuple(made.values())


def named_tuple(name: str, fields: Mapping[str, Value]) -> Value:
    """A named tuple of the class `name`."""
    return Value(_NAMED + name, fields=fields)


@functools.cache
def _named_tuple(name: str, fields: tuple[str, ...]) -> type:
    return collections.namedtuple(name, fields)


def flatten(arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments with containers replaced by their fields, by name (see `Value.parts`)."""
    return {path: part for name, value in arguments.items() for path, part in value.parts(name)}


def read_part(kind: str, name: str, arrays: Mapping[str, np.ndarray], text: str) -> Value:
    """A part of an argument (see `Value.parts`), with the array `name` as its data."""
    part = Value(kind, text=text)
    return replace(part, data=arrays[name]) if part.holds_data else part


def unflatten(parts: Mapping[str, Value]) -> dict[str, Value]:
    """The inverse of `flatten`."""
    found: dict[str, Value] = {}
    inside: dict[str, dict[str, Value]] = {}
    for path, value in parts.items():
        name, _, rest = path.partition("/")
        if rest:
            inside.setdefault(name, {})[rest] = value
            found.setdefault(name, Value("tree"))  # keeps the order
        else:
            found[name] = value
    return {
        name: replace(value, fields=unflatten(inside[name])) if name in inside else value
        for name, value in found.items()
    }


def is_unchanged(passed: Any, value: Value) -> bool:
    """Whether `passed`, which `to_python` made from `value` and a function received, still equals
    `value`.
    """
    if value.kind == "tree":
        return (
            type(passed) is dict
            and passed.keys() == value.fields.keys()
            and all(is_unchanged(passed[name], each) for name, each in value.fields.items())
        )
    if value.contains:
        return len(passed) == len(value.fields) and all(
            map(is_unchanged, passed, value.fields.values())
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
    if value.contains:
        return _describe_container(value)
    if value.kind in ("jax", "numpy"):
        return f"a {'JAX' if value.kind == 'jax' else 'NumPy'} array of shape {value.data.shape}"
    if value.kind == "literal":
        return value.text
    if value.kind == "function":
        return given.name_of(value.text)
    if value.kind == "made":
        return given.expression(value.text)
    if value.kind == "rngs":
        return _describe_rngs(value)
    if value.kind == "key":
        return (
            f"jax.random.key({int(value.data)})"
            if value.data.ndim == 0
            else f"{value.data.size} keys"
        )
    number = _number(value)
    return f"{value.kind}({number})" if "." in value.kind else str(number)


def _describe_rngs(value: Value) -> str:
    streams = zip(value.text.split(), value.data.ravel(), strict=False)
    named_seeds = ", ".join(f"{name}={int(seed)}" for name, seed in streams)
    return f"nnx.Rngs({named_seeds or int(value.data)})"


def _number(value: Value) -> float | int:
    if value.text:
        return float(value.data) + float(value.text)
    if "float" not in value.kind:
        return int(value.data)
    # A float32 has few digits. As a Python float it would show many more.
    return float(str(value.data)) if value.data.dtype == np.float32 else float(value.data)


def _describe_container(value: Value) -> str:
    shown = {name: describe(each) for name, each in value.fields.items()}
    if value.kind == "list":
        return f"[{', '.join(shown.values())}]"
    if value.kind == "tuple":
        return f"({', '.join(shown.values())}{',' if len(shown) == 1 else ''})"
    if value.kind == "tree":
        return f"{{{', '.join(f'{name}: {each}' for name, each in shown.items())}}}"
    inside = ", ".join(f"{name}={each}" for name, each in shown.items())
    return f"{value.kind.removeprefix(_NAMED)}({inside})"
