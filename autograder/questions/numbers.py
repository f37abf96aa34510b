"""Arguments that are one number or a key: `Dim`, `Seed`, `Key`, `Number`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.questions.argument import Argument, Drawing

LARGEST_SEED = 2**24
"""Seeds are below this, so that `float32(seed)` is exact: a problem may pass its seed as a float.
"""

LARGEST_CUT = 2**20
"""Seeds with a fraction are below this, so that `float32` holds them exactly."""

FRACTION = "0.75"
"""The fraction of a number that the answer must cast: `int` cuts it off, and rounding does not."""

SLIGHT = 0.01
"""The share by which a slight change moves a number: less than its first two digits show."""

DECADES = 100.0
"""A `Number` whose range spans more than this factor is drawn uniformly in its logarithm."""


@dataclass(frozen=True)
class Dim(Argument):
    """A whole number that is the size of the dimension `name`: `Dim("F")`.

    With `as_float` the problem passes it as a float ("cast to int"). With `fractions` that float
    has a fraction, which the cast cuts off.
    """

    name: str
    as_float: bool = False
    fractions: bool = False

    @property
    def dims(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def size_of(self) -> str:
        return self.name

    @property
    def kinds(self) -> tuple[str, ...]:
        return _number_kinds(self.as_float)

    def faults(self) -> list[str]:
        return _number_faults(self.as_float, self.fractions) + (
            []
            if isinstance(self.name, str)
            else [f"the name of a dimension must be a string, not {self.name!r}"]
        )

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """The size itself, as a 0-d int64 array."""
        number = _number(wanted.sizes[self.name], wanted.kind)
        return _with_fraction(number, rng, wanted) if self.fractions else number

    def sizes(self, expression: str) -> dict[str, str]:
        return {self.name: f"int({expression})"}


@dataclass(frozen=True)
class Seed(Argument):
    """A seed for a random generator, in [0, 2**24).

    With `as_float` the problem passes it as a float ("cast to int"). With `fractions` that float
    has a fraction, which the cast cuts off.
    """

    as_float: bool = False
    fractions: bool = False

    seeds: ClassVar[bool] = True

    dims: ClassVar[tuple[str, ...]] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return _number_kinds(self.as_float)

    def faults(self) -> list[str]:
        return _number_faults(self.as_float, self.fractions)

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw a seed uniformly, as a 0-d int64 array."""
        if not self.fractions:
            return _number(int(rng.integers(LARGEST_SEED)), wanted.kind)
        return _with_fraction(_number(int(rng.integers(LARGEST_CUT)), wanted.kind), rng, wanted)

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(value.kind, np.asarray(rng.integers(LARGEST_SEED, size=value.data.shape)))

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        return _other_seeds(value, rng)

    def at_an_end(self, value: Value, *, largest: bool) -> Value:
        return _number(LARGEST_SEED - 1 if largest else 0, value.kind)


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

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        return _other_seeds(value, rng)  # the first word of such a key is always 0


@dataclass(frozen=True)
class Number(Argument):
    """A real number in [`low`, `high`], such as a learning rate: `Number(1e-3, 1.0)`.

    The function receives a Python float, or an `np.float32` or a 0-d `jax.Array` in the cases that
    vary the argument types. A range that spans more than a factor of 100 is drawn uniformly in its
    logarithm.
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
                    f"{label}={bound!r} is not a finite number; write the smallest and the "
                    "largest value, as in Number(0.1, 2.0)"
                ]
        if not self.low < self.high:
            return [
                f"the range from {self.low!r} to {self.high!r} is empty; write the smaller number "
                "first, or Choice for one value"
            ]
        return []

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw the number, as a 0-d float32 array, so that all types hold the same value."""
        return Value(wanted.kind, np.asarray(self._draw_number(rng), np.float32))

    def _draw_number(self, rng: np.random.Generator) -> float:
        if self.low > 0 and self.high / self.low > DECADES:
            drawn = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            drawn = rng.uniform(self.low, self.high)
        return float(np.clip(np.float32(drawn), self.low, self.high))

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(value.kind, np.asarray(self._draw_number(rng), np.float32))

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        number, reach = float(value.data), self.high - self.low
        slight = [number * (1 + SLIGHT), number * (1 - SLIGHT), number + SLIGHT * reach]
        inside = [each for each in slight if self.low <= each <= self.high and each != number]
        yield (
            "",
            [
                self._of(value, each)
                for each in (*inside, self._draw_number(rng), self._draw_number(rng))
            ],
        )
        yield "", [self.at_an_end(value, largest=end) for end in (False, True)]

    def at_an_end(self, value: Value, *, largest: bool) -> Value:
        return self._of(value, self.high if largest else self.low)

    def _of(self, value: Value, number: float) -> Value:
        return replace(value, data=np.asarray(number, np.float32))


def _number_kinds(as_float: bool) -> tuple[str, ...]:
    return ("float", "int", "numpy.float32") if as_float else ("int", "numpy.int64")


def _number_faults(as_float: bool, fractions: bool) -> list[str]:
    found = [
        f"{name}={value!r} (type={type(value).__name__}) is neither True nor False"
        for name, value in (("as_float", as_float), ("fractions", fractions))
        if not isinstance(value, bool)
    ]
    if not found and fractions and not as_float:
        return ["fractions=True needs a float; write as_float=True too"]
    return found


def _with_fraction(number: Value, rng: np.random.Generator, wanted: Drawing) -> Value:
    """A number that arrives as a float with a fraction, which the answer must cut off.

    Students see floats with and without one. Among the hidden cases, the ends of the ranges have
    whole floats.
    """
    if "float" not in number.kind or (wanted.public and rng.random() < 0.5):
        return number
    return replace(number, text=FRACTION)


def _other_seeds(value: Value, rng: np.random.Generator) -> Iterator[tuple[str, Iterable[Value]]]:
    """Other seeds, 0 first because Python treats it as False."""
    seeds = (0, *map(int, rng.integers(LARGEST_SEED, size=3)))
    yield "", [_number(seed, value.kind) for seed in seeds if seed != int(value.data)]


def _number(number: int, kind: str) -> Value:
    return Value(kind, np.asarray(number, dtype=np.int64))
