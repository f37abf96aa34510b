"""Choose sizes that fit a question: first those of dimensions with a range of their own, then those
that depend on them, so that the question's `where` accepts them. NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.errors import BuildError
from autograder.questions import sizes as expressions
from autograder.questions.question import Question

LARGEST_DISTINCT_SIZE = 7
"""Sizes that only need to differ stay this small; compiling costs by the shape, not by the
element.
"""

TRIES = 500
"""Attempts to choose sizes that fit a question, before the build gives up."""

Sizes = dict[str, int]

Pick = Callable[[int, int, Sizes], int]
"""Chooses a size from a range, given the sizes chosen so far."""


def free_ranges(question: Question) -> dict[str, tuple[int, int]]:
    """The dimensions whose range depends on no other dimension, with their ranges."""
    return {
        dim: (declared[0], declared[1])
        for dim, declared in question.dims.items()
        if not isinstance(declared, str)
        and isinstance(declared[0], int)
        and isinstance(declared[1], int)
    }


def complete(question: Question, free: Sizes, pick: Pick) -> Sizes | None:
    """The sizes, completed by those that depend on them; None if a range is empty."""
    sizes = dict(free)
    for dim in expressions.in_order(question.dims):
        declared = question.dims[dim]
        if dim in sizes:
            continue
        if isinstance(declared, str):
            sizes[dim] = expressions.evaluate(declared, sizes)
            continue
        low, high = (expressions.evaluate(bound, sizes) for bound in declared)
        if low > high:
            return None
        sizes[dim] = pick(low, high, sizes)
    return {dim: sizes[dim] for dim in question.dims}


def fits(question: Question, sizes: Sizes) -> bool:
    """Whether all sizes are at least 1, and the question's `where` accepts them."""
    if any(size < 1 for size in sizes.values()):
        return False
    return question.where is None or bool(question.where(dict(sizes)))


def fitting(question: Question, choose: Callable[[], Sizes | None]) -> Sizes | None:
    """The first chosen sizes that fit the question; None if none do."""
    for _ in range(TRIES):
        sizes = choose()
        if sizes is not None and fits(question, sizes):
            return sizes
        if not _depends(question):
            break
    return None


def must_fit(question: Question, choose: Callable[[], Sizes | None]) -> Sizes:
    """The first chosen sizes that fit the question. Raises `BuildError` if none do."""
    sizes = fitting(question, choose)
    if sizes is None:
        raise BuildError(
            f"question {question.name!r}: in {TRIES} tries, no sizes fit "
            f"dims={dict(question.dims)!r}{'' if question.where is None else ' and where'}; widen "
            "the ranges, or write a size that follows from others as an expression such as D='H "
            "* K'"
        )
    return sizes


def _depends(question: Question) -> bool:
    return question.where is not None or len(free_ranges(question)) < len(question.dims)


def random_sizes(question: Question, rng: np.random.Generator) -> Sizes | None:
    """Random sizes within the ranges, which may not fit the question; None if a range is empty."""
    free = {
        dim: int(rng.integers(smallest, largest + 1))
        for dim, (smallest, largest) in free_ranges(question).items()
    }
    return complete(question, free, pick_any(rng))


def apart(question: Question, rng: np.random.Generator, least: int = 2) -> Sizes:
    """Distinct sizes for the dimensions with a range of their own, each at least `least` if
    possible.
    """
    sizes: Sizes = {}
    # The narrowest range chooses first, because a wide one could take the only size in it.
    for dim, (smallest, largest) in sorted(
        free_ranges(question).items(), key=lambda item: (item[1][1], item[0])
    ):
        reach = max(2, LARGEST_DISTINCT_SIZE, smallest + len(question.dims))
        sizes[dim] = _unlike(rng, smallest, min(largest, reach), sizes, least)
    return sizes


def _unlike(rng: np.random.Generator, smallest: int, largest: int, sizes: Sizes, least: int) -> int:
    """A size that no other dimension has, at least `least` if possible, or else at least 2; any
    size in the range if there is none.
    """
    allowed = list(range(smallest, largest + 1))
    free = [size for size in allowed if size > 1 and size not in sizes.values()]
    return int(rng.choice([size for size in free if size >= least] or free or allowed))


def pick_apart(question: Question, rng: np.random.Generator, least: int = 2) -> Pick:
    """A `Pick` of sizes that differ from those chosen before, as far as the ranges allow."""

    def pick(low: int, high: int, chosen: Sizes) -> int:
        reach = max(2, LARGEST_DISTINCT_SIZE, low + len(question.dims))
        return _unlike(rng, low, min(high, reach), chosen, least)

    return pick


def pick_any(rng: np.random.Generator) -> Pick:
    """A `Pick` of any size in the range."""
    return lambda low, high, _: int(rng.integers(low, high + 1))


def next_dim(question: Question, chosen: Sizes) -> str:
    """The dimension whose size to choose next."""
    return next(dim for dim in expressions.in_order(question.dims) if dim not in chosen)
