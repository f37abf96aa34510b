"""The elements that an array may have: ranges, lists, structures, and the author's own draws.
Covers too: `questions.random_numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder import Array, DeclarationError, Question
from autograder.errors import BuildError
from autograder.questions.argument import Drawing

Test = Callable[[np.ndarray], bool]


def drawn(array: Array, **sizes: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [
        array.draw(rng, Drawing(sizes, family, "numpy")).data
        for family in array.families
        for _ in range(20)
    ]


def positive_definite(data: np.ndarray) -> bool:
    wide = data.astype(np.float64)
    return bool(np.allclose(wide, wide.T) and np.linalg.eigvalsh(wide).min() > 0)


@pytest.mark.parametrize(
    ("array", "holds"),
    [
        (Array("N", "N", values="positive definite"), positive_definite),
        (Array("N", "N", values="symmetric"), lambda data: bool(np.array_equal(data, data.T))),
        (Array("N", values="positive"), lambda data: bool(np.all(data > 0))),
        (Array("N", values="positive", dtype="int32"), lambda data: bool(np.all(data > 0))),
        (Array("N", values="sorted"), lambda data: bool(np.all(np.diff(data) >= 0))),
        (Array("N", values="distinct"), lambda data: len(set(data.tolist())) == len(data)),
        (
            Array("N", "K", values="distinct", dtype="int32"),
            lambda data: len(set(data.ravel().tolist())) == data.size,
        ),
        (
            Array("N", values="permutation", dtype="int32"),
            lambda data: sorted(data.tolist()) == list(range(len(data))),
        ),
        (
            Array("N", "K", values="rows sum to 1"),
            lambda data: bool(np.allclose(data.sum(-1), 1) and np.all(data > 0)),
        ),
        (Array("N", values=(0.25, 0.5)), lambda data: bool(np.all((data >= 0.25) & (data <= 0.5)))),
        (
            Array("N", values=(0, "K"), dtype="int32"),
            lambda data: set(data.tolist()) <= set(range(4)),
        ),
        (
            Array("N", values=(-1, "K - 1"), dtype="int32"),
            lambda data: set(data.tolist()) <= {-1, 0, 1, 2},
        ),
        (Array("N", values=[0.5, 2.0]), lambda data: set(data.tolist()) <= {0.5, 2.0}),
    ],
)
def test_every_draw_has_what_was_asked_for(array: Array, holds: Test) -> None:
    assert array.faults() == []
    for data in drawn(array, N=6, K=4):
        assert data.dtype == array.dtype
        assert holds(data)
        assert data.shape == ((6, 6) if array.shape == ("N", "N") else data.shape)


def test_every_label_is_drawn_and_none_beyond() -> None:
    found = drawn(Array("N", values=(0, "K"), dtype="int32"), N=50, K=4)
    assert all(set(data.tolist()) == {0, 1, 2, 3} for data in found)


def test_without_dimensions_an_array_is_0_d_and_constants_are_sizes() -> None:
    assert next(data.shape for data in drawn(Array())) == ()
    assert next(data.shape for data in drawn(Array("N + 1", 3), N=4)) == (5, 3)


def test_the_authors_own_draw_is_used_and_its_faults_are_told() -> None:
    good = Array("N", draw=lambda rng, shape: rng.uniform(2, 3, size=shape))
    assert all(np.all((data >= 2) & (data < 3)) for data in drawn(good, N=5))
    bad: list[tuple[Any, str]] = [
        (
            lambda rng, shape: rng.uniform(size=3),
            "draw returned shape (3,) instead of numbers of shape (5,)",
        ),
        (
            lambda rng, shape: rng.uniforms(shape),
            "draw raised AttributeError: 'numpy.random._generator.Generator' object has no "
            "attribute 'uniforms'; its arguments are a numpy.random.Generator and a shape, here "
            "(5,)",
        ),
    ]
    for draw, message in bad:
        with pytest.raises(BuildError, match=f"^{re.escape(message)}$"):
            drawn(Array("N", draw=draw), N=5)


KNOWN = (
    "write a range such as (0, 'C') or (0.0, 1.0), a list of its possible values, or one of "
    "'positive', 'rows sum to 1', 'positive definite', 'symmetric', 'sorted', 'permutation', "
    "'distinct'"
)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (Array("N", values="even"), f"values='even' is not a known structure; {KNOWN}"),
        (Array("N", values=3), f"values=3 (type=int) is not valid; {KNOWN}"),
        (Array("N", values=[]), f"values=[] is empty; {KNOWN}"),
        (
            Array("N", values=(1, 1), dtype="int32"),
            "values=(1, 1) is an empty range: it ends before its second number, as Python's range "
            "does",
        ),
        (
            Array("N", values=[0.5], dtype="int32"),
            "values=[0.5] has a value with a fraction, but dtype='int32' has only whole numbers",
        ),
        (
            Array("N", values="symmetric"),
            "values='symmetric' needs at least 2 dimensions",
        ),
        (
            Array("N", "K", values="positive definite"),
            "values='positive definite' needs a square: write the last dimension twice, as in "
            "Array('N', 'N')",
        ),
        (
            Array("N", "N", values="positive definite", dtype="int32"),
            "values='positive definite' does not exist for dtype='int32'",
        ),
        (
            Array("N", values=(0, "len(K)")),
            "values=(0, 'len(K)') is not an expression for a size, because of 'len(K)'; write "
            "whole numbers and names of dimensions with + - * // % min max, such as 'H * K' or "
            "'min(N, 4)'",
        ),
        (
            Array("N", values=(0, 1), families=("large",)),
            "families=('large',) does not work with values=(0, 1); remove families",
        ),
        (
            Array("N", values="sorted", draw=lambda rng, shape: rng.uniform(size=shape)),
            "values and draw both determine the elements; remove one of them",
        ),
        (
            Array("N", draw="normal"),  # type: ignore[arg-type]
            "draw='normal' is not a function; write draw=lambda rng, shape: "
            "rng.uniform(size=shape)",
        ),
        (Array("N", 0), "the size 0 is below 1; an array of size 0 has no value"),
    ],
)
def test_values_that_cannot_be_drawn_are_refused_with_the_way_round(
    array: Array, message: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        Question("f", arguments={"x": array, "y": Array("K")}, dims={"N": (1, 4), "K": (1, 4)})
    assert str(caught.value).endswith(f"cannot be drawn: {message}")


def test_an_author_s_draw_that_fails_is_told_with_question_and_argument() -> None:
    from autograder.build.plan import generator, plan

    question = Question(
        "f", arguments={"x": Array("N", draw=lambda rng, shape: 1.0)}, dims={"N": (2, 4)}
    )
    with pytest.raises(
        BuildError, match=r"^question 'f': arguments\['x'\]: draw returned shape \(\) instead of"
    ):
        plan(question, "random", generator("s")).slots[0].draw()
