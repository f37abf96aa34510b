"""The interface of every kind of argument.

An argument is a description, not a value. The description says which sizes it depends on and in
which Python types it may arrive, and `draw` makes one concrete value from a random generator. NumPy
only: the grading side draws nothing and imports no JAX.
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
    """What a case asks of one argument: the `sizes` of the dimensions, the distribution `family`
    (one of the argument's `families`), the Python type `kind` (one of its `kinds`), the `option`
    (one of its `options`), and whether students see the case (`public`).
    """

    sizes: Mapping[str, int]
    family: str = ""
    kind: str = ""
    option: str = ""
    public: bool = False


class Argument(abc.ABC):
    """An author's description of one argument. Each kind is a subclass, such as those in
    `arguments`, with everything that is specific to it.
    """

    families: tuple[str, ...] = ("",)
    """The distributions that values are drawn from, by name. The first is the one that every group
    of cases has.
    """

    several: ClassVar[bool] = False
    """Whether it holds several arrays, so that its gradient does too."""

    traceable: ClassVar[bool] = False
    """Whether JAX can trace it, so that a law's transform may act on it."""

    seeds: ClassVar[bool] = False
    """Whether it determines random numbers."""

    restructurable: bool = False
    """Whether any array of the same shape and dtype is an input for the function too."""

    @property
    def may_be_indices(self) -> bool:
        """Whether it holds whole numbers that could be meant as indices, and have no range."""
        return False

    @property
    @abc.abstractmethod
    def dims(self) -> tuple[str, ...]:
        """The dimensions whose sizes it depends on."""

    @property
    @abc.abstractmethod
    def kinds(self) -> tuple[str, ...]:
        """The Python types in which it may arrive, as kinds of `autograder.calls.inputs.Value`. The
        first is the usual one.
        """

    @property
    def differentiable(self) -> bool:
        """Whether a function has a derivative with respect to it."""
        return False

    @property
    def wide(self) -> bool:
        """Whether JAX gives it only where it computes in 64 bits."""
        return False

    @property
    def holds_numpy(self) -> bool:
        """Whether it holds arrays that are always NumPy's."""
        return self.kinds == ("numpy",)

    @property
    def needs(self) -> tuple[str, ...]:
        """The other arguments, by name, that it is made of."""
        return ()

    @property
    def permutable(self) -> tuple[str, ...]:
        """The dimensions along which its elements can be permuted."""
        return ()

    def options(self, public: bool) -> tuple[str, ...]:
        """What it can be, by name, if it is one of a few things: each gets its share of every group
        of cases. Empty if it is not. `public`: in a group whose cases students see.
        """
        return ()

    @abc.abstractmethod
    def faults(self) -> list[str]:
        """The faults of this description, one sentence each, without the names of question and
        argument.
        """

    @abc.abstractmethod
    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw one value as a case asks for it. Raises `BuildError` if an author's code fails."""

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        """Another value for which the same programs are compiled; `value` itself where any other
        value could need other programs.
        """
        return value

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        """Ways to change this argument alone, and of one that contains others one of them alone:
        the name of the part inside ("" for the argument itself), and values to be tried in turn, of
        the same shapes and Python types. Nothing where its value follows from other arguments.
        """
        yield from ()

    def at_an_end(self, value: Value, *, largest: bool) -> Value:
        """The value with the smallest or the largest number that it may have; `value` itself where
        there is none.
        """
        return value

    def filled(
        self, value: Value, sizes: Mapping[str, int], rng: np.random.Generator, *, largest: bool
    ) -> Value:
        """The value with nearly all of its whole numbers at one end of their range; `value` itself
        where there is none.
        """
        return value

    def permute(self, value: Value, dim: str, order: np.ndarray) -> Value:
        """A drawn value with its elements along `dim` in the order `order`."""
        return value

    def sizes(self, expression: str) -> dict[str, str]:
        """Python expressions for the sizes of dimensions, given that `expression` evaluates to the
        argument.
        """
        return {}

    def own_family(self, family: str) -> str:
        """The family that this argument draws from when the case asks for `family`."""
        return family if family in self.families else self.families[0]
