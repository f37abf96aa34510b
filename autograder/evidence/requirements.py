"""The requirements on how an answer is computed, and whether recorded facts meet them.

Pure Python. Authors make requirements with `autograder.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.evidence.growth import grows, loops
from autograder.evidence.transform import Seen, Transform


@dataclass(frozen=True)
class Either:
    """At least one of several requirements holds. Made by `either`."""

    of: tuple[Requirement, ...]

    def is_met(self, seen: Seen) -> bool:
        return any(each.is_met(seen) for each in self.of)

    def dims(self) -> set[str]:
        return set().union(*(each.dims() for each in self.of))

    def __str__(self) -> str:
        return " or else ".join(f"({each})" for each in self.of)


@dataclass(frozen=True)
class Every:
    """All of several requirements hold. Made by `every`, and by `Question.requires` with several
    requirements.
    """

    of: tuple[Requirement, ...]

    def is_met(self, seen: Seen) -> bool:
        return all(each.is_met(seen) for each in self.of)

    def dims(self) -> set[str]:
        return set().union(*(each.dims() for each in self.of))

    def __str__(self) -> str:
        return ", and ".join(f"({each})" for each in self.of)


@dataclass(frozen=True)
class SharedParameters:
    """There are parameters, and none has a lane axis. Made by `shared_parameters`."""

    dim: str

    def is_met(self, seen: Seen) -> bool:
        found = seen.facts.parameters
        return bool(found) and not any(
            each.shape and each.shape[0] == seen.sizes[self.dim] for each in found
        )

    def dims(self) -> set[str]:
        return {self.dim}

    def __str__(self) -> str:
        return f"parameters without an axis of size {self.dim}"


@dataclass(frozen=True)
class StackedParameters:
    """There are parameters with a leading lane axis, and they differ in every lane. Made by
    `stacked_parameters`.
    """

    dim: str

    def is_met(self, seen: Seen) -> bool:
        differ = [
            each.differ
            for each in seen.facts.parameters
            if each.shape and each.shape[0] == seen.sizes[self.dim]
        ]
        # Values inside jit cannot be compared. There it is enough that each lane made its own.
        return True in differ or (None in differ and False not in differ)

    def dims(self) -> set[str]:
        return {self.dim}

    def __str__(self) -> str:
        return (
            f"parameters stacked along a leading axis of size {self.dim}, different in every lane"
        )


@dataclass(frozen=True)
class Parameters:
    """There are parameters of all these shapes, ignoring a leading lane axis. Made by
    `parameters`.
    """

    shapes: tuple[tuple[str | int, ...], ...]

    def is_met(self, seen: Seen) -> bool:
        lanes = {applied.lanes for applied in seen.facts.applied}
        found = {each.shape for each in seen.facts.parameters}
        found |= {shape[1:] for shape in found if shape and shape[0] in lanes}
        return all(
            tuple(seen.sizes[size] if isinstance(size, str) else size for size in shape) in found
            for shape in self.shapes
        )

    def dims(self) -> set[str]:
        return {size for shape in self.shapes for size in shape if isinstance(size, str)}

    def __str__(self) -> str:
        return "parameters of the shapes " + ", ".join(
            f"({', '.join(map(str, shape))})" for shape in self.shapes
        )


@dataclass(frozen=True)
class ConstantTrace:
    """The traced program does not grow with a dimension. Made by `constant_trace`."""

    dim: str

    def is_met(self, seen: Seen) -> bool:
        # A call whose Python looks at its numbers cannot be traced, and so was not seen to grow.
        return not grows(seen.traces.get(self.dim, ()))

    def dims(self) -> set[str]:
        return {self.dim}

    def __str__(self) -> str:
        return f"a trace that does not grow with {self.dim}"


@dataclass(frozen=True)
class Vectorised:
    """Python does not loop over a dimension. Made by `vectorised`."""

    dim: str

    def is_met(self, seen: Seen) -> bool:
        works = seen.works.get(self.dim, {})
        # Once compiled, a function runs no lines; its trace shows what they would have done.
        return not (None in works.values() or loops(works) or grows(seen.traces.get(self.dim, ())))

    def dims(self) -> set[str]:
        return {self.dim}

    def __str__(self) -> str:
        return f"no loop of Python over {self.dim}"


Requirement = (
    Transform
    | Either
    | Every
    | SharedParameters
    | StackedParameters
    | Parameters
    | ConstantTrace
    | Vectorised
)


def transforms_of(requirement: Requirement) -> list[Transform]:
    """The transforms in a requirement."""
    if isinstance(requirement, Either | Every):
        return [found for each in requirement.of for found in transforms_of(each)]
    if not isinstance(requirement, Transform):
        return []
    return [requirement, *(transforms_of(requirement.inside) if requirement.inside else ())]


@dataclass(frozen=True)
class Rule:
    """A requirement, and what students read if their answer does not meet it.

    Test cells ask for it by `name`. `otherwise` is a sentence that continues the function's name.
    `misconception` and `hint` describe the mistake behind it, for an answer that resembles no known
    mistake more closely.
    """

    name: str
    requirement: Requirement
    otherwise: str
    misconception: str
    hint: str
