"""The argument that is one of a few constants: `Choice`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.questions.argument import Argument, Drawing


@dataclass(frozen=True, init=False, repr=False)
class Choice(Argument):
    """One of a few constants: `Choice("SAME", "VALID")`, `Choice(True, False)`, `Choice(1, 2, 4)`.

    A constant is a text, a number, a truth value, None, or a tuple of those. Each one gets its
    share of every group of cases.
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
            f"{constant!r} (type={type(constant).__name__}) is not a constant; write strings, "
            "numbers, True, False, None or tuples of these"
            for constant in self.constants
            if not _is_constant(constant)
        ]
        texts = [repr(constant) for constant in self.constants]
        if not found and len(set(texts)) < len(texts):
            found.append("a Choice has the same constant twice; write each constant once")
        return found

    def options(self, public: bool) -> tuple[str, ...]:
        return tuple(repr(constant) for constant in self.constants)

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """The constant that the case asks for."""
        return Value("literal", text=wanted.option)

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        for option in self.options(wanted.public):
            if option != value.text:
                yield "", [Value("literal", text=option)]


def _is_constant(constant: object) -> bool:
    if isinstance(constant, tuple):
        return all(map(_is_constant, constant))
    if type(constant) is float:
        return math.isfinite(constant)
    return constant is None or type(constant) in (bool, int, str)
