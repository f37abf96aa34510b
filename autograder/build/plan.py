"""Plan concrete cases from a declared question and a random generator, in groups that earn points
independently. NumPy only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.bank.groups import GROUPS, PUBLIC
from autograder.build.shapes import Shape, corners, distinct, middle, random_shape
from autograder.calls.spec import Case
from autograder.evidence.growth import TRACED_SIZES
from autograder.questions.question import Question


@dataclass(frozen=True)
class Slot:
    """A place in a group for one case: its shape is fixed, and its values are drawn (and drawn
    again if they test nothing).
    """

    shape: Shape
    draw: Callable[[], Case]


@dataclass(frozen=True)
class Plan:
    """The slots of a group, and the order in which their cases are called: indices into `slots`,
    repeats included.
    """

    group: str
    slots: tuple[Slot, ...]
    calls: tuple[int, ...]


def generator(secret: str, *labels: str) -> np.random.Generator:
    """A random generator that depends only on the secret and the labels, so that a build can be
    repeated.
    """
    digest = hashlib.sha256("\0".join((secret, *labels)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def plan(question: Question, group: str, rng: np.random.Generator) -> Plan:
    """Choose the shapes of a group and the order of its calls. Raises `ValueError` for a group that
    does not exist.
    """
    if group == "corners":
        slots = _default_slots(question, corners(question, rng), 1, rng)
    elif group == "random":
        slots = _default_slots(
            question,
            [
                middle(question, rng),
                *(random_shape(question, rng) for _ in range(question.shapes - 1)),
            ],
            question.seeds,
            rng,
        )
    elif group == "types":
        slots = _types_slots(question, rng)
    elif group == "repeated":
        slots = _default_slots(question, [distinct(question, rng)], 3, rng)
        return Plan(group, slots, (0, 1, 0, 2, 1, 0))
    elif group == PUBLIC:
        slots = _default_slots(question, [distinct(question, rng), distinct(question, rng)], 2, rng)
    else:
        raise ValueError(
            f"cases={group!r} is not a group of cases; the groups are {', '.join(GROUPS)}"
        )
    return Plan(group, slots, tuple(range(len(slots))))


def _default_slots(
    question: Question, shapes: list[Shape], draws: int, rng: np.random.Generator
) -> tuple[Slot, ...]:
    kinds = {parameter: argument.kinds[0] for parameter, argument in question.arguments.items()}
    return tuple(
        _slot(question, shape, kinds, index, rng) for shape in shapes for index in range(draws)
    )


def plain_slots(question: Question, rng: np.random.Generator) -> tuple[Slot, ...]:
    """A slot for each of two shapes: one with distinct sizes, so that axes can be told apart, and
    one with any sizes.
    """
    return _default_slots(question, [distinct(question, rng), random_shape(question, rng)], 1, rng)


def method_slots(
    question: Question, shapes: Sequence[Shape], rng: np.random.Generator
) -> tuple[Slot, ...]:
    """A slot for each of `shapes`, which other groups have too, so that functions are already
    compiled for them.
    """
    return _default_slots(question, list(shapes), 1, rng)


def trace_slots(
    question: Question,
    dim: str,
    shape: Shape,
    rng: np.random.Generator,
    wanted: Sequence[int] = TRACED_SIZES,
) -> tuple[Slot, ...]:
    """Slots that differ from `shape`, and from one another, only in the size of `dim`: growing
    sizes within its range.
    """
    smallest, largest = question.dims[dim]
    sizes = sorted({min(max(size, smallest), largest) for size in wanted})
    return _default_slots(
        question, [Shape(f"{dim} = {size}", {**shape.sizes, dim: size}) for size in sizes], 1, rng
    )


def _types_slots(question: Question, rng: np.random.Generator) -> tuple[Slot, ...]:
    shape = distinct(question, rng)
    rounds = max(len(argument.kinds) for argument in question.arguments.values())
    return tuple(
        _slot(
            question,
            shape,
            {
                parameter: argument.kinds[index % len(argument.kinds)]
                for parameter, argument in question.arguments.items()
            },
            0,
            rng,
        )
        for index in range(rounds)
    )


def _slot(
    question: Question, shape: Shape, kinds: Mapping[str, str], index: int, rng: np.random.Generator
) -> Slot:
    """A slot whose values are drawn from a family that depends on `index`, which counts the draws
    of one shape.

    Each draw takes the next declared family, beginning with the first.
    """

    def draw() -> Case:
        values = {
            parameter: argument.draw(
                rng,
                shape.sizes,
                argument.families[index % len(argument.families)],
                kinds[parameter],
            )
            for parameter, argument in question.arguments.items()
        }
        return Case(shape.label, shape.sizes, values, question.way)

    return Slot(shape, draw)
