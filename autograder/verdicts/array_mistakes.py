"""General mistakes with arrays: given the right answer, the wrong answer that each would produce.

`autograder.verdicts.diagnosis` tries each mistake on every case of a group.
`autograder.verdicts.layout_mistakes` makes those along an axis; this module makes those in every
number. NumPy only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from autograder.bank.records import Tolerance
from autograder.verdicts.layout_mistakes import of_axes, views
from autograder.verdicts.mistake import Mistake
from autograder.verdicts.scenes import Scene


def mistakes(
    expected: Sequence[np.ndarray], sizes: Sequence[Mapping[str, int]]
) -> Iterator[Mistake]:
    """Every mistake to try on these expected outputs, given the sizes of the dimensions in each
    case.
    """
    for view in views(expected, sizes):
        yield from of_axes(view)
    yield from _of_elements()
    for dim in sizes[0] if sizes else ():
        yield from _of_scale(dim)


def _of_elements() -> Iterator[Mistake]:
    yield Mistake(
        "a ReLU is missing",
        "There are negative numbers where 0 is expected, and everything else is right. Add a ReLU "
        "at the end.",
        lambda scene: (
            scene.actual.shape == scene.expected.shape
            and bool(np.any(scene.actual < -scene.tolerance))
            and Scene(np.maximum(scene.actual, 0), *_rest(scene)).right
        ),
    )
    for name, activation in (
        ("an extra ReLU", lambda array: np.maximum(array, 0)),
        ("an extra tanh", np.tanh),
        ("an extra sigmoid", lambda array: 1 / (1 + np.exp(-np.clip(array, -500, 500)))),
    ):
        yield Mistake(
            name,
            f"The result is the `{name.split()[2].lower()}` of the expected one. Remove an "
            "activation.",
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
            and _nearly_constant(scene)
            and not scene.right
        ),
        several=True,
    )


def _of_scale(dim: str) -> Iterator[Mistake]:
    for name, hint, power in (
        (
            f"multiplied by {dim}",
            f"Every number is {dim} times too large: did you take a sum instead of a mean?",
            1.0,
        ),
        (
            f"divided by {dim}",
            f"Every number is {dim} times too small: did you take a mean instead of a sum?",
            -1.0,
        ),
        (
            f"multiplied by the root of {dim}",
            f"Every number is too large by the square root of {dim}: is a scaling factor missing?",
            0.5,
        ),
        (
            f"divided by the root of {dim}",
            f"Every number is too small by the square root of {dim}: is there an extra scaling "
            "factor?",
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


def _nearly_constant(scene: Scene) -> bool:
    error = scene.error
    if not np.all(np.isfinite(error)):
        return False
    middle = (np.max(error, initial=-np.inf) + np.min(error, initial=np.inf)) / 2
    return bool(np.all(np.abs(error - middle) <= 4 * scene.tolerance))


def _rest(scene: Scene) -> tuple[np.ndarray, Tolerance, Mapping[str, int]]:
    return scene.expected, scene.tolerance, scene.sizes
