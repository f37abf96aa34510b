"""Pairs of cases that differ only in an argument that is a size, where other sizes make up for it:
a number of heads, if an array has `heads * features` columns.

Where an argument's dimension can change while all other sizes stay, `corners` has such a pair.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import numpy as np

from autograder.build.answered_cases import answered_slot
from autograder.build.fitting_sizes import Sizes, complete, fits, free_ranges, next_dim
from autograder.build.plan import Plan, Slot
from autograder.build.shapes import Shape, distinct, random_shape
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions import sizes as expressions
from autograder.questions.argument import Drawing
from autograder.questions.question import Question

SHAPES = 30
"""How many shapes to try before no two of them differ in one argument alone."""

MOST_TRIED = 2_000
"""How many sizes to try for one shape, all dimensions together."""

MOST_SIZES = 40
"""How many sizes to try for one dimension: the smallest are compiled and compared fastest."""

Pair = tuple[Case, Output]


def arguments(question: Question) -> list[str]:
    """The arguments that are sizes and cannot be changed in `corners` without another argument."""
    return [
        name
        for name, argument in question.arguments.items()
        if (dim := argument.size_of) in question.dims
        and dim not in _dims_of_others(question, name)
        and (
            dim not in free_ranges(question)
            or any(
                dim in expressions.behind(question.dims, kept)
                for kept in _dims_of_others(question, name)
            )
        )
    ]


def first_of_a_pair(
    question: Question, reference: object, planned: Plan, name: str, rng: np.random.Generator
) -> tuple[Shape, Pair] | None:
    """A case that the argument can be changed in, with its shape; None if none is found."""
    draw = planned.slots[0].elsewhere
    for number in range(SHAPES if draw else 0):
        shape = distinct(question, rng) if number < SHAPES // 2 else random_shape(question, rng)
        if draw and next(shapes(question, name, shape), None):
            slot = Slot(shape, lambda shape=shape: draw(shape))  # type: ignore[misc]
            with contextlib.suppress(BuildError):
                return shape, answered_slot(question, reference, slot, draws=1)
    return None


def changes(
    question: Question, name: str, shape: Shape, value: Value, rng: np.random.Generator
) -> Iterator[tuple[Shape, Value]]:
    """Other numbers for this argument, which is `value` in `shape`, each with a shape in which the
    other arguments fit as they are.
    """
    argument = question.arguments[name]
    for other in shapes(question, name, shape):
        yield other, argument.draw(rng, Drawing(other.sizes, argument.families[0], value.kind))


def shapes(question: Question, name: str, shape: Shape) -> Iterator[Shape]:
    """Shapes in which this argument is another number, and every other argument has the sizes that
    it has in `shape`.
    """
    dim = question.arguments[name].size_of
    kept = _dims_of_others(question, name)
    free = free_ranges(question)
    low, high = question.reach[dim]
    sizes_of = {
        other: (
            shape.sizes[other],
            *(() if other in kept else range(ends[0], ends[1] + 1)[:MOST_SIZES]),
        )
        for other, ends in free.items()
        if other != dim
    }
    tried = (
        (size, dict(zip(sizes_of, chosen, strict=True)))
        for chosen in itertools.product(*sizes_of.values())
        for size in range(low, high + 1)[:MOST_SIZES]
        if size != shape.sizes[dim]
    )
    for size, others in itertools.islice(tried, MOST_TRIED):

        def pick(low: int, high: int, chosen: Sizes, size: int = size) -> int:
            following = next_dim(question, chosen)
            return min(max(size if following == dim else shape.sizes[following], low), high)

        found = complete(question, {**others, dim: size} if dim in free else others, pick)
        if (
            found
            and found[dim] == size
            and all(found[other] == shape.sizes[other] for other in kept)
            and fits(question, found)
        ):
            yield Shape(f"{shape.label}, {dim} = {size}", found)


def _dims_of_others(question: Question, name: str) -> set[str]:
    """The dimensions of the other arguments."""
    return {
        dim for other, each in question.arguments.items() if other != name for dim in each.dims
    } & set(question.dims)
