"""A dict of arguments as one argument: `Tree`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from autograder.calls.inputs import Value
from autograder.questions.argument import Argument
from autograder.questions.arguments import Array, Key


@dataclass(frozen=True)
class Tree(Argument):
    """A dict of arguments, such as the parameters of a model: `Tree(kernel=Array("D", "F"),
    bias=Array("F"))`. Trees may be nested.
    """

    fields: Mapping[str, Array | Key | Tree]
    families: tuple[str, ...]

    several: ClassVar[bool] = True
    traceable: ClassVar[bool] = True

    kinds: ClassVar[tuple[str, ...]] = ("tree",)

    def __init__(self, **fields: Array | Key | Tree) -> None:
        object.__setattr__(self, "fields", fields)
        families = [each.families for each in fields.values() if each.families != ("",)]
        object.__setattr__(self, "families", max(families, key=len, default=("normal",)))

    @property
    def dims(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(dim for each in self.fields.values() for dim in each.dims))

    def faults(self) -> list[str]:
        if not self.fields:
            return ["a Tree needs at least one field"]
        found = [
            f"{name}={each!r} is not an Array, a Key or a Tree"
            for name, each in self.fields.items()
            if not isinstance(each, Array | Key | Tree)
        ]
        return found or [
            f"{name}: {fault}" for name, each in self.fields.items() for fault in each.faults()
        ]

    def draw(
        self, rng: np.random.Generator, sizes: Mapping[str, int], family: str, kind: str
    ) -> Value:
        """Draw every field. A field without the family `family` draws from its first."""
        drawn = {
            name: each.draw(rng, sizes, each.own_family(family), each.kinds[0])
            for name, each in self.fields.items()
        }
        return Value("tree", fields=drawn)

    @property
    def differentiable(self) -> bool:
        return all(each.differentiable for each in self.fields.values())

    @property
    def wide(self) -> bool:
        return any(each.wide for each in self.fields.values())

    @property
    def permutable(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(dim for each in self.fields.values() for dim in each.permutable))

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return Value(
            "tree",
            fields={name: each.vary(value.fields[name], rng) for name, each in self.fields.items()},
        )

    def permute(self, value: Value, dim: str, order: np.ndarray) -> Value:
        return Value(
            "tree",
            fields={
                name: each.permute(value.fields[name], dim, order)
                for name, each in self.fields.items()
            },
        )

    def sizes(self, expression: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, each in self.fields.items():
            found = {**each.sizes(f"{expression}[{name!r}]"), **found}
        return found

    def own_family(self, family: str) -> str:
        return family  # each field decides for itself
