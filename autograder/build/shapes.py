"""Choose sizes for the dimensions of a question: edge sizes, distinct sizes, and random ones. NumPy
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.questions.question import Question

LARGEST_DISTINCT_SIZE = 7
"""Sizes that only need to be distinct stay small: a compiled program costs by shape, not by
element.
"""


@dataclass(frozen=True)
class Shape:
    """Sizes for every dimension of a question, and a label that says what is special about them."""

    label: str
    sizes: Mapping[str, int]


def corners(question: Question, rng: np.random.Generator) -> list[Shape]:
    """Edge sizes: each dimension at its smallest in turn with the others distinct; all distinct;
    all at their largest; all equal if the ranges allow it.
    """
    shapes = []
    for dim, (smallest, _) in question.dims.items():
        sizes = {**distinct(question, rng).sizes, dim: smallest}
        shapes.append(Shape(f"{dim} at its smallest, {smallest}", sizes))
    shapes.append(distinct(question, rng))
    if question.dims:
        shapes.append(
            Shape(
                "every size at its largest",
                {dim: largest for dim, (_, largest) in question.dims.items()},
            )
        )
    low = max((smallest for smallest, _ in question.dims.values()), default=1)
    high = min((largest for _, largest in question.dims.values()), default=1)
    if len(question.dims) > 1 and max(low, 2) <= high:
        size = (
            int(rng.integers(max(low, 2), min(high, LARGEST_DISTINCT_SIZE) + 1))
            if max(low, 2) < min(high, LARGEST_DISTINCT_SIZE)
            else max(low, 2)
        )
        shapes.append(Shape("all sizes equal", dict.fromkeys(question.dims, size)))
    return shapes


def distinct(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes of at least 2 that all differ, so that swapped axes are noticed, as far as the declared
    ranges allow.
    """
    sizes: dict[str, int] = {}
    # The narrowest range chooses first; otherwise a wide one could take the only size it has.
    for dim, (smallest, largest) in sorted(
        question.dims.items(), key=lambda item: (item[1][1], item[0])
    ):
        reach = max(2, LARGEST_DISTINCT_SIZE, smallest + len(question.dims))
        allowed = list(range(smallest, min(largest, reach) + 1))
        choices = [size for size in allowed if size > 1 and size not in sizes.values()] or allowed
        sizes[dim] = int(rng.choice(choices))
    return Shape(
        "all sizes distinct" if len(set(sizes.values())) == len(sizes) else "small sizes",
        {dim: sizes[dim] for dim in question.dims},
    )


def middle(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes that no corner and no other group has: above the small ones and below the largest, as
    far as the ranges allow.
    """
    sizes = {}
    for dim, (smallest, largest) in question.dims.items():
        low = max(smallest, LARGEST_DISTINCT_SIZE + 1)
        sizes[dim] = (
            int(rng.integers(low, largest))
            if low < largest
            else int(rng.integers(smallest, largest + 1))
        )
    return Shape("random sizes", sizes)


def random_shape(question: Question, rng: np.random.Generator) -> Shape:
    return Shape(
        "random sizes",
        {
            dim: int(rng.integers(smallest, largest + 1))
            for dim, (smallest, largest) in question.dims.items()
        },
    )
