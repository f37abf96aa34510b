"""Plan concrete cases from a declared question and a random generator, in groups that earn points
independently. NumPy only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.bank.groups import GROUPS, PUBLIC
from autograder.build import options
from autograder.build.shapes import Shape, corners, distinct, growing, middle, random_shape
from autograder.calls.inputs import Value
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.evidence.growth import TRACED_SIZES
from autograder.questions.argument import Argument, Drawing
from autograder.questions.question import Question

WITH_AN_INSIDE = 3
"""An axis of at least this many elements has one that is neither the first nor the last."""


@dataclass(frozen=True)
class Slot:
    """A place in a group for one case. Its shape is fixed; its values are drawn, and drawn again if
    they test nothing. `elsewhere` draws a case for this place in another shape.
    """

    shape: Shape
    draw: Callable[[], Case]
    elsewhere: Callable[[Shape], Case] | None = None


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
        shapes = corners(question, rng)
        slots = _default_slots(question, shapes, 1 if len(shapes) > 1 else 2, rng)
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
        shape = distinct(question, rng, WITH_AN_INSIDE)
        slots = _default_slots(question, [shape], 3, rng)
        return Plan(group, slots, (0, 1, 0, 2, 1, 0, *range(3, len(slots))))
    elif group == PUBLIC:
        shapes = [distinct(question, rng), distinct(question, rng)]
        slots = _default_slots(question, shapes, 2, rng, public=True)
    else:
        raise ValueError(
            f"cases={group!r} is not a group of cases; the groups are {', '.join(GROUPS)}"
        )
    return Plan(group, slots, tuple(range(len(slots))))


def _default_slots(
    question: Question,
    shapes: list[Shape],
    draws: int,
    rng: np.random.Generator,
    *,
    public: bool = False,
) -> tuple[Slot, ...]:
    """`draws` slots for each shape, or more if an argument has more options than there are
    slots.
    """
    kinds = {parameter: argument.kinds[0] for parameter, argument in question.arguments.items()}
    draws = max(draws, math.ceil(options.most(question, public) / len(shapes)))
    slots = [(shape, index) for shape in shapes for index in range(draws)]
    shares = options.shares(question, public, len(slots), rng)
    return tuple(
        _slot(question, shape, kinds, index, rng, share, public)
        for (shape, index), share in zip(slots, shares, strict=True)
    )


def plain_slots(question: Question, rng: np.random.Generator) -> tuple[Slot, ...]:
    """A slot for each of two shapes: one with distinct sizes, which tell axes apart, and one with
    any sizes.
    """
    shapes = [distinct(question, rng), random_shape(question, rng)]
    return _default_slots(question, shapes, 1, rng, public=True)


def method_slots(
    question: Question, shapes: Sequence[Shape], rng: np.random.Generator
) -> tuple[Slot, ...]:
    """A slot for each of `shapes`, which are shapes of other groups, so that functions are already
    compiled for them.
    """
    return _default_slots(question, list(shapes), 1, rng, public=True)


def trace_slots(
    question: Question,
    dim: str,
    shape: Shape,
    rng: np.random.Generator,
    wanted: Sequence[int] = TRACED_SIZES,
) -> tuple[Slot, ...]:
    """Slots that differ from `shape`, and from one another, only in the size of `dim`, which grows
    within its range.
    """
    smallest, largest = question.reach[dim]
    sizes = sorted({min(max(size, smallest), largest) for size in wanted})
    kinds = {parameter: argument.kinds[0] for parameter, argument in question.arguments.items()}
    share = options.first(question)  # the traces are compared with one another
    return tuple(
        _slot(question, each, kinds, 0, rng, share, public=True)
        for each in growing(question, shape, dim, sizes)
    )


def _types_slots(question: Question, rng: np.random.Generator) -> tuple[Slot, ...]:
    shape = distinct(question, rng)
    rounds = max(
        2,  # for a single case, a constant would be a right answer
        options.most(question, public=False),
        *(len(argument.kinds) for argument in question.arguments.values()),
    )
    shares = options.shares(question, False, rounds, rng)
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
            shares[index],
        )
        for index in range(rounds)
    )


def _slot(
    question: Question,
    shape: Shape,
    kinds: Mapping[str, str],
    index: int,
    rng: np.random.Generator,
    share: Mapping[str, str],
    public: bool = False,
) -> Slot:
    """A slot whose values come from the family that belongs to `index`, which counts the draws of
    one shape. Redrawing keeps the options in `share`.

    Each draw takes the next declared family, starting with the first.
    """

    def value(parameter: str, argument: Argument, shape: Shape) -> Value:
        family = argument.families[index % len(argument.families)]
        option = share.get(parameter, "")
        wanted = Drawing(shape.sizes, family, kinds[parameter], option, public)
        try:
            return argument.draw(rng, wanted)
        except BuildError as fault:
            raise BuildError(
                f"question {question.name!r}: arguments[{parameter!r}]: {fault}"
            ) from fault

    def draw(shape: Shape) -> Case:
        values = {
            name: value(name, argument, shape) for name, argument in question.arguments.items()
        }
        return Case(shape.label, shape.sizes, values, question.way)

    return Slot(shape, lambda: draw(shape), draw)
