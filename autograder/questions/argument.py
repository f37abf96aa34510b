"""The interface that every kind of argument implements.

An argument is a description, not a value. It says which sizes it depends on and in which Python
types the value may arrive; `draw` makes one concrete value from a random generator. NumPy only:
grading draws nothing, and must not import JAX here.
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from autograder.calls.inputs import Value


@dataclass(frozen=True)
class Drawing:
    """What a case asks of one argument.

    `sizes` holds the size of each dimension. `family` is one of the argument's `families`, `kind`
    one of its `kinds`, `option` one of its `options`. `public` says whether students see the case.
    """

    sizes: Mapping[str, int]
    family: str = ""
    kind: str = ""
    option: str = ""
    public: bool = False


class Argument(abc.ABC):
    """An author's description of one argument.

    Each kind is a subclass, such as those in `arguments`, and holds everything that is specific to
    it.
    """

    families: tuple[str, ...] = ("",)
    """The names of the distributions to draw from. Every group of cases uses the first."""

    several: ClassVar[bool] = False
    """Whether it holds several arrays, so that its gradient also does."""

    traceable: ClassVar[bool] = False
    """Whether JAX can trace it, so that a law's transform may act on it."""

    seeds: ClassVar[bool] = False
    """Whether it is a seed, so that random numbers follow from it."""

    restructurable: bool = False
    """Whether the function also accepts any other array of the same shape and dtype."""

    @property
    def may_be_indices(self) -> bool:
        """Whether it holds whole numbers without a range, which an author may have meant as
        indices.
        """
        return False

    @property
    @abc.abstractmethod
    def dims(self) -> tuple[str, ...]:
        """The dimensions whose sizes it depends on."""

    @property
    def size_of(self) -> str:
        """The dimension whose size it is; "" for everything but a size."""
        return ""

    @property
    @abc.abstractmethod
    def kinds(self) -> tuple[str, ...]:
        """The Python types in which it may arrive, as kinds of `autograder.calls.inputs.Value`, the
        usual one first.
        """

    @property
    def differentiable(self) -> bool:
        """Whether a function has a derivative with respect to it."""
        return False

    @property
    def wide(self) -> bool:
        """Whether JAX can hold it only when it computes in 64 bits."""
        return False

    @property
    def holds_numpy(self) -> bool:
        """Whether it holds arrays that are NumPy arrays in every case."""
        return self.kinds == ("numpy",)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the other arguments that it is made from."""
        return ()

    @property
    def permutable(self) -> tuple[str, ...]:
        """The dimensions along which its elements can be permuted."""
        return ()

    def options(self, public: bool) -> tuple[str, ...]:
        """The names of its options, if it is one of a few things; empty otherwise.

        Each option gets its share of every group of cases. `public`: the options for a group whose
        cases students see.
        """
        return ()

    @abc.abstractmethod
    def faults(self) -> list[str]:
        """The faults of this description, one sentence each, without the names of the question and
        the argument.
        """

    @abc.abstractmethod
    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw one value as a case asks for it. Raises `BuildError` if the author's code fails."""

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        """Another value for which JAX compiles the same programs, or `value` itself where any other
        value might need different ones.
        """
        return value

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        """Ways to change this argument and nothing else.

        Yields pairs: the path of the part that changes ("" for the argument itself, or one part of
        an argument that contains others), and values to try in turn, of the same shapes and Python
        types. Yields nothing where the value follows from other arguments.
        """
        yield from ()

    def at_an_end(self, value: Value, *, largest: bool) -> Value:
        """The value with its number at the smallest or largest that is allowed, or `value` itself
        where it has no such number.
        """
        return value

    def fill(
        self, value: Value, sizes: Mapping[str, int], rng: np.random.Generator, *, largest: bool
    ) -> Value:
        """The value with nearly all of its whole numbers at one end of their range, or `value`
        itself where it has none.
        """
        return value

    def permute(self, value: Value, dim: str, order: np.ndarray) -> Value:
        """A drawn value with its elements along `dim` reordered by the indices `order`."""
        return value

    def sizes(self, expression: str) -> dict[str, str]:
        """Python expressions for the sizes of dimensions, by dimension. `expression` is the Python
        expression for the argument.
        """
        return {}

    def own_family(self, family: str) -> str:
        """The family that this argument draws from when the case asks for `family`."""
        return family if family in self.families else self.families[0]
