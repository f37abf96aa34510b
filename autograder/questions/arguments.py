"""The array argument: `Array`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import NARROW, letter
from autograder.errors import BuildError
from autograder.questions import sizes as expressions
from autograder.questions import values as elements
from autograder.questions.argument import Argument, Drawing
from autograder.questions.changed_arrays import fill, of_array
from autograder.questions.random_numbers import (
    COMPLEX_DTYPES,
    EXACT_DTYPES,
    FLOAT_DTYPES,
    random_numbers,
)

_USUAL = ("normal", "large", "tiny")

Draw = Callable[[np.random.Generator, tuple[int, ...]], Any]


@dataclass(frozen=True, init=False, repr=False)
class Array(Argument):
    """An array argument, described by the names of its dimensions: `Array("B", "D")`.

    A dimension may also be a whole number or an expression: `Array("N + 1", 3)`. Without dimensions
    the array is 0-d. `dtype` is one of `FLOAT_DTYPES`, `COMPLEX_DTYPES` and `EXACT_DTYPES`.
    `families` names the distributions of its elements (see `VALUE_FAMILIES`). The function receives
    a `jax.Array`, or an `np.ndarray` in the cases that vary the argument types. With `numpy` it
    always receives an `np.ndarray`.

    `values` says what the elements may be: a range that excludes its end and whose bounds may be
    dimensions (`(0, "C")`), a list of values, or a structure (see
    `autograder.questions.values.STRUCTURES`). `draw` is the author's own function to draw them:
    `draw=lambda rng, shape: …` gets a `numpy.random.Generator`.
    """

    shape: tuple[str | int, ...]
    dtype: str
    families: tuple[str, ...]
    numpy: bool
    values: Any
    own_draw: Draw | None

    traceable: ClassVar[bool] = True

    def __init__(
        self,
        *dims: str | int,
        dtype: str = "float32",
        families: tuple[str, ...] | None = None,
        numpy: bool = False,
        values: Any = None,
        draw: Draw | None = None,
    ) -> None:
        given = _USUAL if elements.scales(values) and draw is None else ("normal",)
        object.__setattr__(self, "shape", dims)
        object.__setattr__(self, "dtype", dtype)
        object.__setattr__(self, "families", given if families is None else tuple(families))
        object.__setattr__(self, "numpy", numpy)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "own_draw", draw)

    def __repr__(self) -> str:
        """The declaration as an author would write it, without defaults."""
        usual = _USUAL if elements.scales(self.values) and self.own_draw is None else ("normal",)
        named = {
            "dtype": (self.dtype, "float32"),
            "families": (self.families, usual),
            "numpy": (self.numpy, False),
            "values": (self.values, None),
        }
        written = [*map(repr, self.shape)]
        written += [f"{name}={value!r}" for name, (value, other) in named.items() if value != other]
        return f"Array({', '.join(written + ['draw=…'] * (self.own_draw is not None))})"

    @property
    def dims(self) -> tuple[str, ...]:
        found = (
            *(name for size in self.shape for name in expressions.names(size)),
            *elements.dims_of(self.values),
        )
        return tuple(dict.fromkeys(found))

    @property
    def kinds(self) -> tuple[str, ...]:
        if self.numpy:
            return ("numpy",)
        return ("jax",) if self.dtype in NARROW else ("jax", "numpy")

    @property
    def wide(self) -> bool:
        return not self.numpy and self.dtype in ("float64", "complex128", "int64", "uint64")

    @property
    def may_be_indices(self) -> bool:
        return self.values is None and self.own_draw is None and "int" in self.dtype

    @property
    def restructurable(self) -> bool:  # type: ignore[override]
        return self.values is None and self.own_draw is None

    def faults(self) -> list[str]:
        """The faults of this description, one sentence each, without the names of the question and
        the argument.
        """
        found = [*_size_faults(self.shape)]
        known = (*FLOAT_DTYPES, *COMPLEX_DTYPES, *EXACT_DTYPES)
        if self.dtype not in known:
            found.append(f"dtype={self.dtype!r} is not one of {', '.join(known)}")
        elif not found:
            found += elements.faults(self.values, self.dtype, self.shape)
        if not isinstance(self.numpy, bool):
            found.append(
                f"numpy={self.numpy!r} (type={type(self.numpy).__name__}) is neither True nor False"
            )
        elif self.numpy and self.dtype in NARROW:
            found.append(f"NumPy has no {self.dtype}; remove numpy=True")
        if self.own_draw is not None and not callable(self.own_draw):
            found.append(
                f"draw={self.own_draw!r} is not a function; write draw=lambda rng, shape: "
                "rng.uniform(size=shape)"
            )
        if self.own_draw is not None and self.values is not None:
            found.append("values and draw both determine the elements; remove one of them")
        return found + elements.family_faults(self.families, self.values)

    def fill(
        self, value: Value, sizes: Mapping[str, int], rng: np.random.Generator, *, largest: bool
    ) -> Value:
        return fill(self, value, sizes, rng, largest=largest)

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw an array with the sizes that the case asks for."""
        shape = tuple(expressions.evaluate(size, wanted.sizes) for size in self.shape)
        return Value(wanted.kind, self._elements(rng, shape, wanted.family, wanted.sizes))

    def _elements(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        family: str,
        sizes: Mapping[str, int],
    ) -> np.ndarray:
        if self.own_draw is not None:
            return self._of_author(rng, shape)
        whole = self.dtype in EXACT_DTYPES
        if self.values is not None:
            drawn = elements.draw(
                self.values,
                rng,
                shape,
                sizes,
                lambda rng, shape: random_numbers(rng, shape, family, self.dtype),
                whole,
            )
        else:
            drawn = random_numbers(rng, shape, family, self.dtype)
        return np.ascontiguousarray(drawn).astype(self.dtype).reshape(shape)

    def _of_author(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        assert self.own_draw is not None
        try:
            drawn = np.asarray(self.own_draw(rng, shape))
        except Exception as fault:
            raise BuildError(
                f"draw raised {type(fault).__name__}: {fault}; its arguments are a "
                f"numpy.random.Generator and a shape, here {shape}"
            ) from fault
        if drawn.shape != shape or drawn.dtype.hasobject:
            raise BuildError(
                f"draw returned {'objects' if drawn.dtype.hasobject else f'shape {drawn.shape}'} "
                f"instead of numbers of shape {shape}"
            )
        return np.ascontiguousarray(drawn).astype(self.dtype).reshape(shape)

    @property
    def differentiable(self) -> bool:
        return self.dtype in FLOAT_DTYPES

    @property
    def permutable(self) -> tuple[str, ...]:
        return tuple(size for size in self.shape if isinstance(size, str) and size.isidentifier())

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        shape, dtype = value.data.shape, value.data.dtype
        if self.own_draw is not None or isinstance(self.values, str | list):
            return Value(value.kind, self._elements(rng, shape, self.families[0], {}))
        if self.values is not None:  # a permutation stays within bounds that are unknown here
            return Value(value.kind, rng.permuted(value.data.ravel()).reshape(shape))
        exact = letter(dtype) not in "fc"
        drawn = rng.integers(0, 2, size=shape) if exact else rng.standard_normal(shape)
        return Value(value.kind, np.asarray(drawn).astype(dtype))

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        return of_array(self, value, rng, wanted)

    def permute(self, value: Value, dim: str, order: np.ndarray) -> Value:
        data = value.data
        for axis, name in enumerate(self.shape):
            data = np.take(data, order, axis) if name == dim else data
        return Value(value.kind, np.ascontiguousarray(data).reshape(data.shape))

    def sizes(self, expression: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for axis, size in enumerate(self.shape):
            if isinstance(size, str) and size.isidentifier():
                found.setdefault(size, f"{expression}.shape[{axis}]")
        return found


def _size_faults(shape: tuple[str | int, ...]) -> list[str]:
    found = []
    for size in shape:
        if type(size) is int:
            if size < 1:
                found.append(f"the size {size} is below 1; an array of size 0 has no value")
        elif not isinstance(size, str):
            found.append(
                f"the name of a dimension must be a string, not {size!r} ({type(size).__name__})"
            )
        else:
            try:
                expressions.names(size)
            except expressions.NotASize as fault:
                found.append(f"the size {size!r} {fault}")
    return found
