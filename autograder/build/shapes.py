"""Choose sizes for the dimensions of a question: edge sizes, distinct sizes, and random ones. NumPy
only.

Dimensions with a range of their own are chosen first; those that depend on others follow (see
`autograder.questions.sizes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from autograder.errors import BuildError
from autograder.questions import sizes as expressions
from autograder.questions.question import Question

LARGEST_DISTINCT_SIZE = 7
"""Sizes that only need to be distinct stay small: a compiled program costs by shape, not by
element.
"""

TRIES = 500
"""Attempts to choose sizes that fit a question, before the build gives up."""

Sizes = dict[str, int]

Pick = Callable[[int, int, Sizes], int]
"""Choose a size from a range that depends on the sizes chosen so far."""


@dataclass(frozen=True)
class Shape:
    """Sizes for every dimension of a question, and a label that says what is special about them."""

    label: str
    sizes: Mapping[str, int]


def corners(question: Question, rng: np.random.Generator) -> list[Shape]:
    """Edge sizes: each dimension at its smallest in turn with the others distinct; all distinct;
    all at their largest; all equal if the ranges allow it. Those that do not fit the question are
    left out.
    """
    free = _free(question)
    shapes = []
    for dim in (dim for dim, declared in question.dims.items() if not isinstance(declared, str)):
        sizes = _fitting(question, lambda dim=dim: _smallest(question, rng, dim))  # type: ignore[misc]
        if sizes:
            shapes.append(Shape(f"{dim} at its smallest, {sizes[dim]}", sizes))
    shapes.append(distinct(question, rng))
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
        equal = _fitting(
            question,
            lambda: _completed(question, dict.fromkeys(free, size), lambda low, high, _: high),
        )
        if equal:
            shapes.append(Shape("all sizes equal", equal))
    return shapes


def distinct(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes of at least 2 that all differ, so that swapped axes are noticed, as far as the declared
    ranges allow.
    """
    sizes = _must_fit(
        question, lambda: _completed(question, _apart(question, rng), _pick_apart(question, rng))
    )
    return Shape(
        "all sizes distinct" if len(set(sizes.values())) == len(sizes) else "small sizes", sizes
    )


def middle(question: Question, rng: np.random.Generator) -> Shape:
    """Sizes that no corner and no other group has: above the small ones and below the largest, as
    far as the ranges allow.
    """

    def choose() -> Sizes | None:
        sizes = {}
        for dim, (smallest, largest) in _free(question).items():
            low = max(smallest, LARGEST_DISTINCT_SIZE + 1)
            sizes[dim] = (
                int(rng.integers(low, largest))
                if low < largest
                else int(rng.integers(smallest, largest + 1))
            )
        return _completed(question, sizes, _pick_any(rng))

    return Shape("random sizes", _must_fit(question, choose))


def random_shape(question: Question, rng: np.random.Generator) -> Shape:
    """Any sizes."""
    return Shape("random sizes", _must_fit(question, lambda: _random(question, rng)))


def growing(question: Question, shape: Shape, dim: str, sizes: list[int]) -> list[Shape]:
    """Shapes that differ from `shape` in the size of `dim`, and in what depends on it. Raises
    `BuildError` if none of them fits the question.
    """
    found = []
    for size in sizes:
        kept = {**shape.sizes, dim: size}
        free = {name: kept[name] for name in _free(question)}

        def keep(low: int, high: int, chosen: Sizes, kept: Sizes = kept) -> int:
            return min(max(kept[_next(question, chosen)], low), high)

        made = _completed(question, free, keep)
        if made and made[dim] == size and _fits(question, made):
            found.append(Shape(f"{dim} = {size}", made))
    if not found:
        raise BuildError(
            f"question {question.name!r}: a rule needs cases that differ in {dim} alone, and none "
            f"fits: {dim} depends on other sizes. Name a dimension with a range of its own in the "
            "rule"
        )
    return found


def _free(question: Question) -> dict[str, tuple[int, int]]:
    """The dimensions whose range depends on no other, with their ranges."""
    return {
        dim: (declared[0], declared[1])
        for dim, declared in question.dims.items()
        if not isinstance(declared, str)
        and isinstance(declared[0], int)
        and isinstance(declared[1], int)
    }


def _completed(question: Question, free: Sizes, pick: Pick) -> Sizes | None:
    """The sizes with those that depend on them; None if a range is empty."""
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


def _fits(question: Question, sizes: Sizes) -> bool:
    if any(size < 1 for size in sizes.values()):
        return False
    return question.where is None or bool(question.where(dict(sizes)))


def _fitting(question: Question, choose: Callable[[], Sizes | None]) -> Sizes | None:
    """The first sizes chosen that fit the question; None if there are none."""
    for _ in range(TRIES):
        sizes = choose()
        if sizes is not None and _fits(question, sizes):
            return sizes
        if not _depends(question):
            break
    return None


def _must_fit(question: Question, choose: Callable[[], Sizes | None]) -> Sizes:
    sizes = _fitting(question, choose)
    if sizes is None:
        raise BuildError(
            f"question {question.name!r}: in {TRIES} tries no sizes were found that fit dims="
            f"{dict(question.dims)!r}{'' if question.where is None else ' and where'}; widen the "
            "ranges, or write a size that follows from others as an expression such as D='H * K'"
        )
    return sizes


def _depends(question: Question) -> bool:
    return question.where is not None or len(_free(question)) < len(question.dims)


def _smallest(question: Question, rng: np.random.Generator, dim: str) -> Sizes | None:
    """Distinct sizes, with `dim` at its smallest."""
    free = _apart(question, rng)
    if dim in free:
        free[dim] = _free(question)[dim][0]
    apart = _pick_apart(question, rng)

    def pick(low: int, high: int, chosen: Sizes) -> int:
        return low if _next(question, chosen) == dim else apart(low, high, chosen)

    return _completed(question, free, pick)


def _largest(question: Question, rng: np.random.Generator) -> list[Shape]:
    free = {dim: largest for dim, (_, largest) in _free(question).items()}
    sizes = _completed(question, free, lambda low, high, _: high)
    if sizes and _fits(question, sizes):
        return [Shape("every size at its largest", sizes)]
    found = [sizes for _ in range(TRIES) if (sizes := _random(question, rng))]
    fitting = [sizes for sizes in found if _fits(question, sizes)]
    return [Shape("large sizes", max(fitting, key=lambda each: sum(each.values())))][: len(fitting)]


def _random(question: Question, rng: np.random.Generator) -> Sizes | None:
    free = {
        dim: int(rng.integers(smallest, largest + 1))
        for dim, (smallest, largest) in _free(question).items()
    }
    return _completed(question, free, _pick_any(rng))


def _apart(question: Question, rng: np.random.Generator) -> Sizes:
    """Distinct sizes for the dimensions with a range of their own."""
    sizes: Sizes = {}
    # The narrowest range chooses first; otherwise a wide one could take the only size it has.
    for dim, (smallest, largest) in sorted(
        _free(question).items(), key=lambda item: (item[1][1], item[0])
    ):
        reach = max(2, LARGEST_DISTINCT_SIZE, smallest + len(question.dims))
        sizes[dim] = _unlike(rng, smallest, min(largest, reach), sizes)
    return sizes


def _unlike(rng: np.random.Generator, smallest: int, largest: int, sizes: Sizes) -> int:
    """A size that no other dimension has, and above 1, if there is one."""
    allowed = list(range(smallest, largest + 1))
    choices = [size for size in allowed if size > 1 and size not in sizes.values()] or allowed
    return int(rng.choice(choices))


def _pick_apart(question: Question, rng: np.random.Generator) -> Pick:
    def pick(low: int, high: int, chosen: Sizes) -> int:
        reach = max(2, LARGEST_DISTINCT_SIZE, low + len(question.dims))
        return _unlike(rng, low, min(high, reach), chosen)

    return pick


def _pick_any(rng: np.random.Generator) -> Pick:
    return lambda low, high, _: int(rng.integers(low, high + 1))


def _next(question: Question, chosen: Sizes) -> str:
    """The dimension whose size is chosen next."""
    return next(dim for dim in expressions.in_order(question.dims) if dim not in chosen)
