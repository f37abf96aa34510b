"""The argument that is a list of others, all of one kind: `List`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.questions import sizes as expressions
from autograder.questions.argument import Argument, Drawing
from autograder.questions.structures import changes_inside, draw_inside, families_of


@dataclass(frozen=True, repr=False)
class List(Argument):
    """A list of arguments of one kind: `List(Array("D"), length="L")`.

    `length` is a dimension, an expression or a whole number. In a ragged list each element has
    sizes of its own: `List(Array("n"), length="L", ragged=dict(n=(1, 5)))`.
    """

    element: Argument
    length: str | int
    ragged: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    several: ClassVar[bool] = True
    traceable: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = ("list",)

    def __repr__(self) -> str:
        """The declaration as an author would write it."""
        ragged = f", ragged={dict(self.ragged)!r}" if self.ragged else ""
        return f"List({self.element!r}, length={self.length!r}{ragged})"

    @property
    def families(self) -> tuple[str, ...]:  # type: ignore[override]
        return families_of({"": self.element})

    @property
    def dims(self) -> tuple[str, ...]:
        inside = (dim for dim in self.element.dims if dim not in self.ragged)
        return tuple(dict.fromkeys((*expressions.names(self.length), *inside)))

    @property
    def holds_numpy(self) -> bool:
        return self.element.holds_numpy

    @property
    def needs(self) -> tuple[str, ...]:
        return self.element.needs

    def faults(self) -> list[str]:
        if not isinstance(self.element, Argument):
            return [f"{self.element!r} is not an argument; write List(Array('D'), length='L')"]
        if not isinstance(self.length, str | int) or isinstance(self.length, bool):
            return [
                f"length={self.length!r} is neither a dimension nor a whole number; write "
                "length='L' and give L a range in dims"
            ]
        try:
            expressions.names(self.length)
        except expressions.NotASize as fault:
            return [f"length={self.length!r} {fault}"]
        for dim, sizes in self.ragged.items():
            if (
                not isinstance(sizes, tuple)
                or len(sizes) != 2
                or not all(type(size) is int for size in sizes)
                or not 0 <= sizes[0] <= sizes[1]
            ):
                return [
                    f"ragged[{dim!r}]={sizes!r} is not a pair of whole numbers (smallest, largest)"
                ]
            if dim not in self.element.dims:
                return [f"ragged has {dim!r}, which {self.element!r} does not use"]
        return [f"element: {fault}" for fault in self.element.faults()]

    def options(self, public: bool) -> tuple[str, ...]:
        return tuple(map(str, range(len(self.element.options(public)))))

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw the elements in order."""
        length = expressions.evaluate(self.length, wanted.sizes)
        drawn = {}
        for place in range(length):
            own = {
                dim: int(rng.integers(low, high + 1)) for dim, (low, high) in self.ragged.items()
            }
            inside = replace(wanted, sizes={**wanted.sizes, **own})
            drawn[str(place)] = draw_inside(self.element, rng, inside)
        return Value("list", fields=drawn)

    @property
    def differentiable(self) -> bool:
        return self.element.differentiable

    @property
    def wide(self) -> bool:
        return self.element.wide

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(
            "list",
            fields={name: self.element.vary(each, rng) for name, each in value.fields.items()},
        )

    def fill(
        self, value: Value, sizes: Mapping[str, int], rng: np.random.Generator, *, largest: bool
    ) -> Value:
        return Value(
            "list",
            fields={
                name: self.element.fill(each, sizes, rng, largest=largest)
                for name, each in value.fields.items()
            },
        )

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        return changes_inside(dict.fromkeys(value.fields, self.element), value, rng, wanted)

    def sizes(self, expression: str) -> dict[str, str]:
        found: dict[str, str] = {}
        if isinstance(self.length, str) and self.length.isidentifier():
            found[self.length] = f"len({expression})"
        return found

    def own_family(self, family: str) -> str:
        return family
