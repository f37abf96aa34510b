"""Choose sizes for the dimensions of a question: edge sizes, distinct sizes, and random ones. NumPy
only.

The dimensions with a range of their own come first, then those that depend on them (see
`autograder.questions.sizes`).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.build.fitting_sizes import (
    LARGEST_DISTINCT_SIZE,
    TRIES,
    Sizes,
    apart,
    complete,
    fits,
    fitting,
    free_ranges,
    must_fit,
    next_dim,
    pick_any,
    pick_apart,
    random_sizes,
)
from autograder.errors import BuildError
from autograder.questions import sizes as expressions
from autograder.questions.question import Question

AT_ITS_SMALLEST = "at its smallest,"
"""What a shape's label says about a dimension at its smallest."""

USUAL = ("all sizes distinct", "small sizes")
"""The labels of the shapes without special sizes."""

LARGEST = "every size at its largest"

EQUAL = "all sizes equal"

MOST_ENDS = 6
"""A dimension that follows from more than this many others is not taken to its ends."""


@dataclass(frozen=True)
class Shape:
    """A size for every dimension of a question, and a label that says what is special about the
    sizes.
    """

    label: str
    sizes: Mapping[str, int]


def corners(question: Question, rng: np.random.Generator) -> list[Shape]:
    """Edge sizes, without those that do not fit the question.

    They are: all sizes distinct; each dimension in turn at its smallest, with the others as before;
    all at their largest; all equal, if the ranges allow it; and each dimension that follows from
    others at its smallest and its largest, if no earlier shape goes as far.
    """
    free = free_ranges(question)
    shapes = []
    usual = distinct(question, rng)
    for dim in (dim for dim, declared in question.dims.items() if not isinstance(declared, str)):
        sizes = _that_alone(question, usual, dim) or fitting(
            question,
            lambda dim=dim: _smallest(question, rng, dim),  # type: ignore[misc]
        )
        if sizes:
            shapes.append(Shape(f"{dim} {AT_ITS_SMALLEST} {sizes[dim]}", sizes))
    shapes.append(usual)
    if question.dims:
        shapes += _largest(question, rng)
    low = max((smallest for smallest, _ in free.values()), default=1)
    high = min((largest for _, largest in free.values()), default=1)
    if len(free) > 1 and max(low, 2) <= high:
        size = (
            int(rng.integers(max(low, 2), min(high, LARGEST_DISTINCT_SIZE) + 1))
            if max(low, 2) < min(high, LARGEST_DISTINCT_SIZE)
            else max(low, 2)
        )
        equal = fitting(
            question,
            lambda: complete(question, dict.fromkeys(free, size), lambda low, high, _: high),
        )
        if equal:
            shapes.append(Shape(EQUAL, equal))
    for dim in (dim for dim, declared in question.dims.items() if isinstance(declared, str)):
        for word, sign in (("smallest", 1), ("largest", -1)):
            sizes = _at_an_end(question, rng, dim, sign)
            if sizes and sign * sizes[dim] < min(sign * each.sizes[dim] for each in shapes):
                shapes.append(Shape(f"{dim} at its {word}, {sizes[dim]}", sizes))
    return shapes


def distinct(question: Question, rng: np.random.Generator, least: int = 2) -> Shape:
    """Sizes of at least `least` that all differ, so that swapped axes show, as far as the declared
    ranges allow.
    """
    sizes = must_fit(
        question,
        lambda: complete(question, apart(question, rng, least), pick_apart(question, rng, least)),
    )
    return Shape(USUAL[0] if len(set(sizes.values())) == len(sizes) else USUAL[1], sizes)


def middle(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes that no corner and no other group has: above the small ones and below the largest, as
    far as the ranges allow.
    """

    def choose() -> Sizes | None:
        sizes = {}
        for dim, (smallest, largest) in free_ranges(question).items():
            low = max(smallest, LARGEST_DISTINCT_SIZE + 1)
            sizes[dim] = (
                int(rng.integers(low, largest))
                if low < largest
                else int(rng.integers(smallest, largest + 1))
            )
        return complete(question, sizes, pick_any(rng))

    return Shape("random sizes", must_fit(question, choose))


def random_shape(question: Question, rng: np.random.Generator) -> Shape:
    """Any sizes."""
    return Shape("random sizes", must_fit(question, lambda: random_sizes(question, rng)))


def growing(question: Question, shape: Shape, dim: str, sizes: list[int]) -> list[Shape]:
    """Shapes that differ from `shape` in the size of `dim` and in what depends on it. Raises
    `BuildError` if none of them fits the question.
    """
    found = _growing(question, shape, dim, sizes)
    if not found:
        raise BuildError(
            f"question {question.name!r}: a rule needs cases that differ only in {dim}, but there "
            f"are none: {dim} depends on other sizes. In the rule, name a dimension that has its "
            "own range"
        )
    return found


def _growing(question: Question, shape: Shape, dim: str, sizes: list[int]) -> list[Shape]:
    found = []
    for size in sizes:
        kept = {**shape.sizes, dim: size}
        free = {name: kept[name] for name in free_ranges(question)}

        def keep(low: int, high: int, chosen: Sizes, kept: Sizes = kept) -> int:
            return min(max(kept[next_dim(question, chosen)], low), high)

        made = complete(question, free, keep)
        if made and made[dim] == size and fits(question, made):
            found.append(Shape(f"{dim} = {size}", made))
    return found


def _that_alone(question: Question, usual: Shape, dim: str) -> Sizes | None:
    """The usual sizes with `dim`, and what follows from it, at its smallest; None if they do not
    fit the question.
    """
    ranges = free_ranges(question)
    if dim not in ranges:
        return None
    found = _growing(question, usual, dim, [ranges[dim][0]])
    return dict(found[0].sizes) if found else None


def _smallest(question: Question, rng: np.random.Generator, dim: str) -> Sizes | None:
    """Distinct sizes with `dim` at its smallest; None if a range is empty."""
    free = apart(question, rng)
    if dim in free:
        free[dim] = free_ranges(question)[dim][0]
    others = pick_apart(question, rng)

    def pick(low: int, high: int, chosen: Sizes) -> int:
        return low if next_dim(question, chosen) == dim else others(low, high, chosen)

    return complete(question, free, pick)


def _at_an_end(question: Question, rng: np.random.Generator, dim: str, sign: int) -> Sizes | None:
    """Sizes with `dim`, which follows from others, at its smallest (`sign` 1) or largest (-1). The
    others are at those of their ends that suit it best, and the rest are distinct.
    """
    behind = expressions.behind(question.dims, dim)
    ranges = {name: each for name, each in free_ranges(question).items() if name in behind}
    if len(ranges) > MOST_ENDS:
        return None
    rest = apart(question, rng)
    others = pick_apart(question, rng)
    found = []
    for ends in itertools.product(*ranges.values()):
        for end in (0, 1):

            def pick(low: int, high: int, chosen: Sizes, end: int = end) -> int:
                if next_dim(question, chosen) in behind:
                    return (low, high)[end]
                return others(low, high, chosen)

            sizes = complete(question, {**rest, **dict(zip(ranges, ends, strict=True))}, pick)
            if sizes and fits(question, sizes):
                found.append(sizes)
    return min(found, key=lambda sizes: sign * sizes[dim], default=None)


def _largest(question: Question, rng: np.random.Generator) -> list[Shape]:
    free = {dim: largest for dim, (_, largest) in free_ranges(question).items()}
    sizes = complete(question, free, lambda low, high, _: high)
    if sizes and fits(question, sizes):
        return [Shape(LARGEST, sizes)]
    found = [sizes for _ in range(TRIES) if (sizes := random_sizes(question, rng))]
    fitting = [sizes for sizes in found if fits(question, sizes)]
    return [Shape("large sizes", max(fitting, key=lambda each: sum(each.values())))][: len(fitting)]
