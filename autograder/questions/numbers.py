"""Arguments that are one number, a key, or one of a few constants: `Dim`, `Seed`, `Key`, `Number`,
`Choice`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.questions.argument import Argument, Drawing

LARGEST_SEED = 2**24
"""Seeds are below this, so that `float32(seed)` is exact: a problem may pass its seed as a float.
"""

DECADES = 100.0
"""A `Number` whose range spans more than this factor is drawn evenly in its logarithm."""


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

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """The size itself, as a 0-d int64 array."""
        return _number(wanted.sizes[self.name], wanted.kind)

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

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw a seed uniformly, as a 0-d int64 array."""
        return _number(int(rng.integers(LARGEST_SEED)), wanted.kind)

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

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw the seed of the key uniformly, as a 0-d int64 array."""
        return _number(int(rng.integers(LARGEST_SEED)), wanted.kind)

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(value.kind, np.asarray(rng.integers(LARGEST_SEED, size=value.data.shape)))


@dataclass(frozen=True)
class Number(Argument):
    """A real number in [`low`, `high`], such as a learning rate: `Number(1e-3, 1.0)`.

    The function receives it as a Python float, and as an `np.float32` and a 0-d `jax.Array` where
    the argument types vary. A range of several powers of ten is drawn evenly in the logarithm.
    """

    low: float
    high: float

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("float", "numpy.float32", "jax")
    differentiable: ClassVar[bool] = True

    def faults(self) -> list[str]:
        for label, bound in (("low", self.low), ("high", self.high)):
            if type(bound) not in (int, float) or not math.isfinite(bound):
                return [
                    f"{label}={bound!r} is no finite number; write the smallest and the largest "
                    "value, as in Number(0.1, 2.0)"
                ]
        if not self.low < self.high:
            return [
                f"the range from {self.low!r} to {self.high!r} is empty; write the smaller number "
                "first, or Choice for one value"
            ]
        return []

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw the number, as a 0-d float32 array: all types hold the same value."""
        return Value(wanted.kind, np.asarray(self._drawn(rng), np.float32))

    def _drawn(self, rng: np.random.Generator) -> float:
        if self.low > 0 and self.high / self.low > DECADES:
            drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            drawn = rng.uniform(self.low, self.high)
        return float(np.clip(np.float32(drawn), self.low, self.high))

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(value.kind, np.asarray(self._drawn(rng), np.float32))


@dataclass(frozen=True, init=False, repr=False)
class Choice(Argument):
    """One of a few constants: `Choice("SAME", "VALID")`, `Choice(True, False)`, `Choice(1, 2, 4)`.

    A constant is a text, a number, a truth value, None, or a tuple of those. Each gets its share of
    the cases of every group.
    """

    constants: tuple[Any, ...]

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("literal",)

    def __init__(self, *constants: Any) -> None:
        object.__setattr__(self, "constants", constants)

    def __repr__(self) -> str:
        return f"Choice({', '.join(map(repr, self.constants))})"

    def faults(self) -> list[str]:
        if not self.constants:
            return ["a Choice needs at least one constant, as in Choice(True, False)"]
        found = [
            f"{constant!r} (type={type(constant).__name__}) is no constant; a Choice has texts, "
            "numbers, True, False, None and tuples of those"
            for constant in self.constants
            if not _is_constant(constant)
        ]
        texts = [repr(constant) for constant in self.constants]
        if not found and len(set(texts)) < len(texts):
            found.append("a Choice has the same constant twice; each has its share already")
        return found

    def options(self, public: bool) -> tuple[str, ...]:
        return tuple(repr(constant) for constant in self.constants)

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """The constant that the case asks for."""
        return Value("literal", text=wanted.option)


def _is_constant(constant: object) -> bool:
    if isinstance(constant, tuple):
        return all(map(_is_constant, constant))
    if type(constant) is float:
        return math.isfinite(constant)
    return constant is None or type(constant) in (bool, int, str)


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
