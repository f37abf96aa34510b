"""From a declared question and a random generator to concrete cases, in groups that earn points independently. NumPy only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.arguments import Array, Tree, Value
from autograder.question import Question
from autograder.requirements import TRACED_SIZES
from autograder.ways import PLAIN, Way

PUBLIC = "public"
HIDDEN_GROUPS = ("corners", "random", "repeated", "types")
GROUPS = (PUBLIC, *HIDDEN_GROUPS)
"""The groups of cases that a test cell can ask for, besides the laws of a question (see `autograder.laws`).

public: handed to students. corners: every dimension at its smallest in turn, all sizes distinct, all at their largest, all equal.
random: random sizes, several draws each. repeated: calls of one shape, repeated and interleaved, to which a function must answer alike each time.
types: the same numbers and arrays in every Python type that the problem allows.
"""

METHOD = "method"
"""Where a group of cases is named: the cases on which it is judged how an answer is computed."""

TITLES = {
    PUBLIC: "the cases in the notebook",
    "corners": "edge sizes",
    "random": "random sizes and seeds",
    "repeated": "repeated calls",
    "types": "argument types",
}
"""What a student reads as the name of a group of cases."""

CONTRACT_GROUPS = ("repeated", "types")
"""The groups that ask how a function behaves beyond its values."""

LARGEST_DISTINCT_SIZE = 7
"""Sizes that only need to differ from one another stay small: a compiled program costs by shape, not by element."""


def title(group: str) -> str:
    """What a student reads as the name of a group, or of a law."""
    return TITLES.get(group) or f"law: {group}"


@dataclass(frozen=True)
class Case:
    """One call: the sizes of the dimensions, a `label` that says what is special about them, the arguments in call order, and the way of the call."""

    label: str
    sizes: Mapping[str, int]
    arguments: Mapping[str, Value]
    way: Way = PLAIN


@dataclass(frozen=True)
class Shape:
    """Sizes for every dimension of a question, and what is special about them."""

    label: str
    sizes: Mapping[str, int]


@dataclass(frozen=True)
class Slot:
    """A place in a group for one case: its shape is settled, its values are drawn (and, if they test nothing, drawn again)."""

    shape: Shape
    draw: Callable[[], Case]


@dataclass(frozen=True)
class Plan:
    """The slots of a group and the order in which their cases are called: indices into `slots`, repeats included."""

    group: str
    slots: tuple[Slot, ...]
    calls: tuple[int, ...]


def generator(secret: str, *labels: str) -> np.random.Generator:
    """A random generator that depends on the secret and the labels only, so that a build can be repeated."""
    digest = hashlib.sha256("\0".join((secret, *labels)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def plan(question: Question, group: str, rng: np.random.Generator) -> Plan:
    """Settle the shapes of a group and the order of its calls. Raises `ValueError` for a group that does not exist."""
    if group == "corners":
        slots = _default_slots(question, _corners(question, rng), 1, rng)
    elif group == "random":
        slots = _default_slots(
            question, [_middle(question, rng), *(_random_shape(question, rng) for _ in range(question.shapes - 1))], question.seeds, rng
        )
    elif group == "types":
        slots = _types_slots(question, rng)
    elif group == "repeated":
        slots = _default_slots(question, [_distinct(question, rng)], 3, rng)
        return Plan(group, slots, (0, 1, 0, 2, 1, 0))
    elif group == PUBLIC:
        slots = _default_slots(question, [_distinct(question, rng), _distinct(question, rng)], 2, rng)
    else:
        raise ValueError(f"cases={group!r} is not a group of cases; the groups are {', '.join(GROUPS)}")
    return Plan(group, slots, tuple(range(len(slots))))


def _default_slots(question: Question, shapes: list[Shape], draws: int, rng: np.random.Generator) -> tuple[Slot, ...]:
    kinds = {parameter: argument.kinds[0] for parameter, argument in question.arguments.items()}
    return tuple(_slot(question, shape, kinds, index, rng) for shape in shapes for index in range(draws))


def plain_slots(question: Question, rng: np.random.Generator) -> tuple[Slot, ...]:
    """A slot for each of two shapes, with sizes that tell axes apart and with any."""
    return _default_slots(question, [_distinct(question, rng), _random_shape(question, rng)], 1, rng)


def method_slots(question: Question, shapes: Sequence[Shape], rng: np.random.Generator) -> tuple[Slot, ...]:
    """A slot for each of `shapes`, which other groups have: functions are compiled for them already."""
    return _default_slots(question, list(shapes), 1, rng)


def trace_slots(question: Question, dim: str, shape: Shape, rng: np.random.Generator) -> tuple[Slot, ...]:
    """Slots that differ from `shape`, and from one another, in the size of `dim` only: growing sizes, within its range."""
    smallest, largest = question.dims[dim]
    sizes = sorted({min(max(size, smallest), largest) for size in TRACED_SIZES})
    return _default_slots(question, [Shape(f"{dim} = {size}", {**shape.sizes, dim: size}) for size in sizes], 1, rng)


def _types_slots(question: Question, rng: np.random.Generator) -> tuple[Slot, ...]:
    shape = _distinct(question, rng)
    rounds = max(len(argument.kinds) for argument in question.arguments.values())
    return tuple(
        _slot(question, shape, {parameter: argument.kinds[index % len(argument.kinds)] for parameter, argument in question.arguments.items()}, 0, rng)
        for index in range(rounds)
    )


def _slot(question: Question, shape: Shape, kinds: Mapping[str, str], index: int, rng: np.random.Generator) -> Slot:
    """`index` counts the draws of one shape: each takes the next family of values, the first always the first one declared."""

    def draw() -> Case:
        values = {
            parameter: argument.draw(
                rng, shape.sizes, argument.families[index % len(argument.families)] if isinstance(argument, Array | Tree) else "", kinds[parameter]
            )
            for parameter, argument in question.arguments.items()
        }
        return Case(shape.label, shape.sizes, values, question.way)

    return Slot(shape, draw)


def _corners(question: Question, rng: np.random.Generator) -> list[Shape]:
    """Each dimension at its smallest in turn with the others distinct; all distinct; all at their largest; all equal where the ranges allow it."""
    shapes = []
    for dim, (smallest, _) in question.dims.items():
        sizes = {**_distinct(question, rng).sizes, dim: smallest}
        shapes.append(Shape(f"{dim} at its smallest, {smallest}", sizes))
    shapes.append(_distinct(question, rng))
    if question.dims:
        shapes.append(Shape("every size at its largest", {dim: largest for dim, (_, largest) in question.dims.items()}))
    low = max((smallest for smallest, _ in question.dims.values()), default=1)
    high = min((largest for _, largest in question.dims.values()), default=1)
    if len(question.dims) > 1 and max(low, 2) <= high:
        size = int(rng.integers(max(low, 2), min(high, LARGEST_DISTINCT_SIZE) + 1)) if max(low, 2) < min(high, LARGEST_DISTINCT_SIZE) else max(low, 2)
        shapes.append(Shape("all sizes equal", dict.fromkeys(question.dims, size)))
    return shapes


def _distinct(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes of at least 2 that all differ, so that swapped axes show, as far as the declared ranges allow."""
    sizes: dict[str, int] = {}
    # The narrowest range chooses first, or a wide one could take the only size it has.
    for dim, (smallest, largest) in sorted(question.dims.items(), key=lambda item: (item[1][1], item[0])):
        reach = max(2, LARGEST_DISTINCT_SIZE, smallest + len(question.dims))
        allowed = list(range(smallest, min(largest, reach) + 1))
        choices = [size for size in allowed if size > 1 and size not in sizes.values()] or allowed
        sizes[dim] = int(rng.choice(choices))
    return Shape("all sizes distinct" if len(set(sizes.values())) == len(sizes) else "small sizes", {dim: sizes[dim] for dim in question.dims})


def _middle(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes that no corner and no other group has: above the small ones, and below the largest, as far as the ranges allow."""
    sizes = {}
    for dim, (smallest, largest) in question.dims.items():
        low = max(smallest, LARGEST_DISTINCT_SIZE + 1)
        sizes[dim] = int(rng.integers(low, largest)) if low < largest else int(rng.integers(smallest, largest + 1))
    return Shape("random sizes", sizes)


def _random_shape(question: Question, rng: np.random.Generator) -> Shape:
    return Shape("random sizes", {dim: int(rng.integers(smallest, largest + 1)) for dim, (smallest, largest) in question.dims.items()})
