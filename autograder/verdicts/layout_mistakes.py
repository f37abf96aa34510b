"""Mistakes along the axes of an output: axes swapped, reversed or shifted, entries missing,
repeated or wrong.

Outputs are often flattened, so the sizes of the question's dimensions identify axes: an output of B
· F elements is seen as (B, F) and as (F, B). NumPy only.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from autograder.verdicts.arrays import close
from autograder.verdicts.mistake import Mistake
from autograder.verdicts.scenes import Scene

MOST_AXES = 3

View = tuple[str, ...]
"""The names of the dimensions whose sizes make up a flat output, outermost first. For an output
with several axes, its axes as "0", "1", …
"""


def views(expected: Sequence[np.ndarray], sizes: Sequence[Mapping[str, int]]) -> list[View]:
    """The views of outputs that fit the sizes of the dimensions in each case."""
    if not expected:
        return []
    ranks = {array.ndim for array in expected}
    if len(ranks) != 1:
        return []
    rank = ranks.pop()
    if rank > 1:
        return [tuple(map(str, range(rank)))]
    if rank == 0:
        return []
    return [
        names
        for count in range(1, MOST_AXES + 1)
        for names in itertools.permutations(sizes[0], count)
        if all(
            int(np.prod([each[name] for name in names])) == array.size
            for array, each in zip(expected, sizes, strict=True)
        )
    ]


def _shape(view: View, scene: Scene) -> tuple[int, ...]:
    return scene.expected.shape if view[0].isdigit() else tuple(scene.sizes[name] for name in view)


def _axis_name(view: View, axis: int) -> str:
    return f"axis {axis}" if view[0].isdigit() else f"axis {view[axis]}"


def of_axes(view: View) -> Iterator[Mistake]:
    """The mistakes along each axis of a view, and between two of its axes."""
    flat = not view[0].isdigit()

    def rearranged(name: str, hint: str, change: Callable[[np.ndarray], np.ndarray]) -> Mistake:
        def explains(scene: Scene) -> bool:
            wanted = change(scene.expected.reshape(_shape(view, scene)))
            return scene.same(wanted.reshape(-1) if flat else wanted)

        return Mistake(name, hint, explains, explains)

    for first, second in itertools.combinations(range(len(view)), 2):
        yield rearranged(
            "flattened in the wrong order" if flat else "axes swapped",
            f"All numbers are there, but {_axis_name(view, first)} and {_axis_name(view, second)} "
            "are swapped. Check the order of the axes before the result is "
            f"{'flattened' if flat else 'returned'} (`out_axes`, `.T`, `transpose`).",
            functools.partial(np.swapaxes, axis1=first, axis2=second),
        )
    for axis in range(len(view)):
        where = _axis_name(view, axis)
        yield rearranged(
            "reversed",
            f"The result runs backwards along {where}.",
            functools.partial(np.flip, axis=axis),
        )
        for step in (1, -1):
            shifted = f"The result is shifted by one place along {where}, and its end wraps around."
            yield rearranged(
                "shifted by one", shifted, functools.partial(np.roll, shift=step, axis=axis)
            )
        too_many = f"The result has an extra entry along {where}, filled with zeros."
        yield rearranged("padded", too_many, functools.partial(_pad, axis=axis))
        yield Mistake("a vector added", _BIAS.format(where=where), _vector_along(view, axis))
        for which, index in (("first", 0), ("last", -1)):
            only = f"The result has only the {which} entry along {where}. Return all of them."
            yield rearranged(
                f"only the {which}", only, functools.partial(np.take, indices=index, axis=axis)
            )
            copies = (
                f"Every entry along {where} is a copy of the {which}. Give each its own data, or "
                "its own key."
            )
            yield rearranged(
                f"the {which} repeated",
                copies,
                functools.partial(_repeat, index=index, axis=axis),
            )
            missing = f"The {which} entry along {where} is missing from the result."
            yield rearranged(
                f"the {which} is missing",
                missing,
                functools.partial(np.delete, obj=index, axis=axis),
            )
            yield Mistake(
                f"only the {which} is wrong",
                f"Everything is right except the {which} entry along {where}.",
                _wrong_only_at(view, axis, index),
            )


_BIAS = (
    "The error varies only along {where}, as if a vector such as a bias were missing, or added "
    "once too often."
)


def _repeat(array: np.ndarray, index: int, axis: int) -> np.ndarray:
    return np.broadcast_to(np.take(array, [index], axis), array.shape)


def _pad(array: np.ndarray, axis: int) -> np.ndarray:
    return np.pad(array, [(0, 1 if each == axis else 0) for each in range(array.ndim)])


def _vector_along(view: View, axis: int) -> Callable[[Scene], bool]:
    def explains(scene: Scene) -> bool:
        if scene.actual.shape != scene.expected.shape:
            return False
        error = scene.error.reshape(_shape(view, scene))
        if min(error.shape) < 2 or error.ndim < 2:
            return False
        others = tuple(each for each in range(error.ndim) if each != axis)
        if not np.all(np.isfinite(error)):
            return False
        along = error.mean(axis=others, keepdims=True)
        allowed = np.broadcast_to(scene.tolerance, scene.expected.shape).reshape(error.shape)
        return bool(np.all(np.abs(error - along) <= 8 * allowed)) and bool(
            np.ptp(along) > 100 * np.max(allowed)
        )

    return explains


def _wrong_only_at(view: View, axis: int, index: int) -> Callable[[Scene], bool]:
    def explains(scene: Scene) -> bool:
        if scene.actual.shape != scene.expected.shape:
            return False
        wrong = ~close(scene.actual, scene.expected, scene.tolerance).reshape(_shape(view, scene))
        if wrong.shape[axis] < 2:
            return False
        entry = np.take(wrong, index, axis)
        return (
            entry.size > 1
            and bool(entry.mean() > 0.5)
            and not bool(np.delete(wrong, index, axis).any())
        )

    return explains
