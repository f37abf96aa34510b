"""The arguments that are not dicts of others: `Array`, `Dim`, `Seed`, `Key`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import NARROW, letter
from autograder.questions.argument import Argument

VALUE_FAMILIES = ("normal", "large", "tiny", "equal")
"""The distributions of the elements of an `Array`: standard normal; times 100; times 0.001; one
value repeated.
"""

_SCALE = {"normal": 1.0, "large": 100.0, "tiny": 0.001, "equal": 1.0}

FLOAT_DTYPES = ("float32", "float64", "float16", "bfloat16")

COMPLEX_DTYPES = ("complex64", "complex128")
"""Real and imaginary parts are drawn alike."""

EXACT_DTYPES = ("int32", "bool")
"""Integers are drawn from -9 to 9 ("normal"), from -900 to 900 ("large"), or from -1 to 1 ("tiny").
"""

_REACH = {"normal": 9, "large": 900, "tiny": 1, "equal": 9}

LARGEST_SEED = 2**24
"""Seeds are below this, so that `float32(seed)` is exact: a problem may pass its seed as a float.
"""


@dataclass(frozen=True, init=False)
class Array(Argument):
    """An array argument, described by the names of its dimensions: `Array("B", "D")`.

    `dtype` is float32, float64, float16, bfloat16, complex64, complex128, int32 or bool. `families`
    names the distributions that its elements are drawn from (see `VALUE_FAMILIES`). The function
    receives it as a `jax.Array`, and as an `np.ndarray` where the argument types vary; with
    `numpy`, always as an `np.ndarray`.
    """

    dims: tuple[str, ...] = ()
    dtype: str = "float32"
    families: tuple[str, ...] = ("normal", "large", "tiny")
    numpy: bool = False

    traceable: ClassVar[bool] = True

    def __init__(
        self,
        *dims: str,
        dtype: str = "float32",
        families: tuple[str, ...] = ("normal", "large", "tiny"),
        numpy: bool = False,
    ) -> None:
        object.__setattr__(self, "dims", dims)
        object.__setattr__(self, "dtype", dtype)
        object.__setattr__(self, "families", tuple(families))
        object.__setattr__(self, "numpy", numpy)

    @property
    def kinds(self) -> tuple[str, ...]:
        if self.numpy:
            return ("numpy",)
        return ("jax",) if self.dtype in NARROW else ("jax", "numpy")

    @property
    def wide(self) -> bool:
        return not self.numpy and self.dtype in ("float64", "complex128")

    def faults(self) -> list[str]:
        """The faults of this description, one sentence each, without the names of question and
        argument.
        """
        found = [
            f"a dimension is named by a string, not by {dim!r} ({type(dim).__name__})"
            for dim in self.dims
            if not isinstance(dim, str)
        ]
        known = (*FLOAT_DTYPES, *COMPLEX_DTYPES, *EXACT_DTYPES)
        if self.dtype not in known:
            found.append(f"dtype={self.dtype!r} is not one of {', '.join(known)}")
        if not isinstance(self.numpy, bool):
            found.append(
                f"numpy={self.numpy!r} (type={type(self.numpy).__name__}) is neither True nor False"
            )
        elif self.numpy and self.dtype in NARROW:
            found.append(f"NumPy has no {self.dtype}; remove numpy=True")
        if not self.families:
            found.append(f"families=() is empty; name at least one of {', '.join(VALUE_FAMILIES)}")
        found += [
            f"families has {family!r}, which is not one of {', '.join(VALUE_FAMILIES)}"
            for family in self.families
            if family not in VALUE_FAMILIES
        ]
        return found

    def draw(
        self, rng: np.random.Generator, sizes: Mapping[str, int], family: str, kind: str
    ) -> Value:
        """Draw an array of shape `[sizes[dim] for dim in dims]`."""
        shape = tuple(sizes[dim] for dim in self.dims)
        if self.dtype in EXACT_DTYPES:
            low, high = (0, 1) if self.dtype == "bool" else (-_REACH[family], _REACH[family])
            numbers = rng.integers(
                low, high, endpoint=True, size=() if family == "equal" else shape
            )
            return Value(
                kind, np.ascontiguousarray(np.broadcast_to(numbers, shape)).astype(self.dtype)
            )
        drawn = () if family == "equal" else shape
        elements = np.asarray(rng.standard_normal(drawn))
        if self.dtype in COMPLEX_DTYPES:
            elements = elements + 1j * rng.standard_normal(drawn)
        elements = np.broadcast_to(elements, shape)
        return Value(kind, np.ascontiguousarray(elements * _SCALE[family]).astype(self.dtype))

    @property
    def differentiable(self) -> bool:
        return self.dtype in FLOAT_DTYPES

    @property
    def permutable(self) -> tuple[str, ...]:
        return self.dims

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        shape, dtype = value.data.shape, value.data.dtype
        exact = letter(dtype) not in "fc"
        drawn = rng.integers(0, 2, size=shape) if exact else rng.standard_normal(shape)
        return Value(value.kind, np.asarray(drawn).astype(dtype))

    def permute(self, value: Value, dim: str, order: np.ndarray) -> Value:
        data = value.data
        for axis, name in enumerate(self.dims):
            data = np.take(data, order, axis) if name == dim else data
        return Value(value.kind, np.ascontiguousarray(data).reshape(data.shape))

    def sizes(self, expression: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for axis, dim in enumerate(self.dims):
            found.setdefault(dim, f"{expression}.shape[{axis}]")
        return found


@dataclass(frozen=True)
class Dim(Argument):
    """A whole-number argument that is the size of the dimension `name`: `Dim("F")`.

    With `as_float` the problem passes it as a float ("cast to int").
    """

    name: str
    as_float: bool = False

    @property
    def dims(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def kinds(self) -> tuple[str, ...]:
        return _number_kinds(self.as_float)

    def faults(self) -> list[str]:
        return _number_faults(self.as_float) + (
            []
            if isinstance(self.name, str)
            else [f"a dimension is named by a string, not by {self.name!r}"]
        )

    def draw(
        self, rng: np.random.Generator, sizes: Mapping[str, int], family: str, kind: str
    ) -> Value:
        """The size itself, as a 0-d int64 array."""
        return _number(sizes[self.name], kind)

    def sizes(self, expression: str) -> dict[str, str]:
        return {self.name: f"int({expression})"}


@dataclass(frozen=True)
class Seed(Argument):
    """A seed for a random generator, in [0, 2**24). With `as_float` the problem passes it as a
    float ("cast to int").
    """

    as_float: bool = False

    seeds: ClassVar[bool] = True

    dims: ClassVar[tuple[str, ...]] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return _number_kinds(self.as_float)

    def faults(self) -> list[str]:
        return _number_faults(self.as_float)

    def draw(
        self, rng: np.random.Generator, sizes: Mapping[str, int], family: str, kind: str
    ) -> Value:
        """Draw a seed uniformly, as a 0-d int64 array."""
        return _number(int(rng.integers(LARGEST_SEED)), kind)

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(value.kind, np.asarray(rng.integers(LARGEST_SEED, size=value.data.shape)))


@dataclass(frozen=True)
class Key(Argument):
    """A PRNG key, made by `jax.random.key(seed)` from a seed in [0, 2**24)."""

    traceable: ClassVar[bool] = True

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("key",)

    def faults(self) -> list[str]:
        return []

    def draw(
        self, rng: np.random.Generator, sizes: Mapping[str, int], family: str, kind: str
    ) -> Value:
        """Draw the seed of the key uniformly, as a 0-d int64 array."""
        return _number(int(rng.integers(LARGEST_SEED)), kind)

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(value.kind, np.asarray(rng.integers(LARGEST_SEED, size=value.data.shape)))


def _number_kinds(as_float: bool) -> tuple[str, ...]:
    return ("float", "int", "numpy.float32") if as_float else ("int", "numpy.int64")


def _number_faults(as_float: bool) -> list[str]:
    return (
        []
        if isinstance(as_float, bool)
        else [f"as_float={as_float!r} (type={type(as_float).__name__}) is neither True nor False"]
    )


def _number(number: int, kind: str) -> Value:
    return Value(kind, np.asarray(number, dtype=np.int64))
