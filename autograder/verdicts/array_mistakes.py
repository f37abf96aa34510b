"""General mistakes with arrays: given the right answer, the wrong answer that each would produce.

Each mistake is tried on every case of a group (see `autograder.verdicts.diagnosis`). Outputs are
often flattened, so axes are recognised by the sizes of the question's dimensions: an output of B ·
F elements is seen as (B, F) and as (F, B). NumPy only.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MOST_AXES = 3


@dataclass(frozen=True)
class Scene:
    """One case on which mistakes are tried: the returned array, the expected one, and the sizes of
    the question's dimensions.
    """

    actual: np.ndarray
    expected: np.ndarray
    tolerance: float
    sizes: Mapping[str, int]

    def same(self, wanted: np.ndarray) -> bool:
        """Whether the answer equals `wanted`, within the rounding allowed for numbers of its
        size.
        """
        if self.actual.shape != wanted.shape:
            return False
        largest = float(np.max(np.abs(self.expected), initial=0.0))
        scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)) / largest) if largest else 1.0
        return bool(np.all(np.abs(self.actual - wanted) <= 4 * self.tolerance * scale))

    @property
    def right(self) -> bool:
        """Whether the answer is right on this case."""
        return self.actual.shape == self.expected.shape and bool(
            np.all(np.abs(self.actual - self.expected) <= self.tolerance)
        )


@dataclass(frozen=True)
class Mistake:
    """A mistake, known by its stable `name`.

    `hint` describes it to a student. `explains` tells whether it explains a wrong case, and
    `spares` whether a right case is consistent with it.
    """

    name: str
    hint: str
    explains: Callable[[Scene], bool]
    spares: Callable[[Scene], bool] = lambda _: True


View = tuple[str, ...]
"""Names of dimensions whose sizes make up an output, outermost first; for an output with several
axes, its axes as "0", "1", …
"""


def mistakes(
    expected: Sequence[np.ndarray], sizes: Sequence[Mapping[str, int]]
) -> Iterator[Mistake]:
    """Every mistake to try on outputs of these shapes, given the sizes of the dimensions of each
    case.
    """
    views = _views(expected, sizes)
    for view in views:
        yield from _of_axes(view)
    yield from _of_elements()
    for dim in sizes[0] if sizes else ():
        yield from _of_scale(dim)


def _views(expected: Sequence[np.ndarray], sizes: Sequence[Mapping[str, int]]) -> list[View]:
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


def _called(view: View, axis: int) -> str:
    return f"axis {axis}" if view[0].isdigit() else f"the axis {view[axis]}"


def _of_axes(view: View) -> Iterator[Mistake]:
    flat = not view[0].isdigit()

    def rearranged(name: str, hint: str, change: Callable[[np.ndarray], np.ndarray]) -> Mistake:
        def explains(scene: Scene) -> bool:
            wanted = change(scene.expected.reshape(_shape(view, scene)))
            return scene.same(wanted.reshape(-1) if flat else wanted)

        return Mistake(name, hint, explains, explains)

    for first, second in itertools.combinations(range(len(view)), 2):
        yield rearranged(
            "flattened in another order" if flat else "axes swapped",
            f"All numbers are there, but {_called(view, first)} and {_called(view, second)} have "
            "changed places. Look at the order of the axes before the result is "
            f"{'flattened' if flat else 'returned'} (`out_axes`, `.T`, `transpose`).",
            functools.partial(np.swapaxes, axis1=first, axis2=second),
        )
    for axis in range(len(view)):
        where = _called(view, axis)
        yield rearranged(
            "reversed",
            f"The result runs backwards along {where}.",
            functools.partial(np.flip, axis=axis),
        )
        for step in (1, -1):
            shifted = (
                f"The result is shifted by one place along {where}, with the end wrapped around."
            )
            yield rearranged(
                "shifted by one", shifted, functools.partial(np.roll, shift=step, axis=axis)
            )
        too_many = f"There is one entry too many along {where}, filled with zeros."
        yield rearranged("padded", too_many, functools.partial(_padded, axis=axis))
        yield Mistake("a vector added", _BIAS.format(where=where), _vector_along(view, axis))
        for which, index in (("first", 0), ("last", -1)):
            only = f"Only the {which} entry along {where} was returned; all of them are wanted."
            yield rearranged(
                f"only the {which}", only, functools.partial(np.take, indices=index, axis=axis)
            )
            copies = (
                f"Every entry along {where} is a copy of the {which}: each needs its own data, or "
                "its own key."
            )
            yield rearranged(
                f"the {which} repeated",
                copies,
                functools.partial(_repeated, index=index, axis=axis),
            )
            missing = f"The {which} entry along {where} is missing from the result."
            yield rearranged(
                f"the {which} is missing",
                missing,
                functools.partial(np.delete, obj=index, axis=axis),
            )
            yield Mistake(
                f"only the {which} is wrong",
                f"Everything is right but the {which} entry along {where}.",
                _wrong_only_at(view, axis, index),
            )


_BIAS = (
    "What is wrong is the same number everywhere but along {where}: as if a vector, such as a "
    "bias, was added or left out."
)


def _repeated(array: np.ndarray, index: int, axis: int) -> np.ndarray:
    return np.broadcast_to(np.take(array, [index], axis), array.shape)


def _padded(array: np.ndarray, axis: int) -> np.ndarray:
    return np.pad(array, [(0, 1 if each == axis else 0) for each in range(array.ndim)])


def _vector_along(view: View, axis: int) -> Callable[[Scene], bool]:
    def explains(scene: Scene) -> bool:
        if scene.actual.shape != scene.expected.shape:
            return False
        error = (scene.actual - scene.expected).reshape(_shape(view, scene))
        if min(error.shape) < 2 or error.ndim < 2:
            return False
        others = tuple(each for each in range(error.ndim) if each != axis)
        along = error.mean(axis=others, keepdims=True)
        return bool(np.all(np.abs(error - along) <= 8 * scene.tolerance)) and bool(
            np.ptp(along) > 100 * scene.tolerance
        )

    return explains


def _wrong_only_at(view: View, axis: int, index: int) -> Callable[[Scene], bool]:
    def explains(scene: Scene) -> bool:
        if scene.actual.shape != scene.expected.shape:
            return False
        wrong = (np.abs(scene.actual - scene.expected) > scene.tolerance).reshape(
            _shape(view, scene)
        )
        if wrong.shape[axis] < 2:
            return False
        entry = np.take(wrong, index, axis)
        return (
            entry.size > 1
            and bool(entry.mean() > 0.5)
            and not bool(np.delete(wrong, index, axis).any())
        )

    return explains


def _of_elements() -> Iterator[Mistake]:
    yield Mistake(
        "a ReLU is missing",
        "Negative numbers are returned where 0 is expected, and everything else is right: a ReLU "
        "at the end is missing.",
        lambda scene: (
            bool(np.any(scene.actual < -scene.tolerance))
            and Scene(np.maximum(scene.actual, 0), *_rest(scene)).right
        ),
    )
    for name, activation in (
        ("a ReLU too many", lambda array: np.maximum(array, 0)),
        ("a tanh too many", np.tanh),
        ("a sigmoid too many", lambda array: 1 / (1 + np.exp(-np.clip(array, -500, 500)))),
    ):
        yield Mistake(
            name,
            f"The result is what `{name.split()[1].lower()}` makes of the expected one: one "
            "activation too many.",
            lambda scene, made=activation: scene.same(made(scene.expected)),  # type: ignore[misc]
        )
    yield Mistake(
        "the sign is wrong",
        "Every number has the wrong sign.",
        lambda scene: scene.same(-scene.expected),
    )
    yield Mistake(
        "off by a constant",
        "Every number is off by the same amount.",
        lambda scene: (
            scene.actual.shape == scene.expected.shape
            and float(np.ptp(scene.actual - scene.expected)) <= 8 * scene.tolerance
            and not scene.right
        ),
    )


def _of_scale(dim: str) -> Iterator[Mistake]:
    for name, hint, power in (
        (
            f"multiplied by {dim}",
            f"Every number is {dim} times too large: was a sum taken where a mean is wanted?",
            1.0,
        ),
        (
            f"divided by {dim}",
            f"Every number is {dim} times too small: was a mean taken where a sum is wanted?",
            -1.0,
        ),
        (
            f"multiplied by the root of {dim}",
            f"Every number is too large by the square root of {dim}: is a scaling missing?",
            0.5,
        ),
        (
            f"divided by the root of {dim}",
            f"Every number is too small by the square root of {dim}: is there a scaling too many?",
            -0.5,
        ),
    ):
        yield Mistake(
            name,
            hint,
            lambda scene, power=power: scene.same(  # type: ignore[misc]
                scene.expected * float(scene.sizes[dim]) ** power
            ),
        )


def _rest(scene: Scene) -> tuple[np.ndarray, float, Mapping[str, int]]:
    return scene.expected, scene.tolerance, scene.sizes
