"""The order of comparison, its verdicts on both sides of every limit, and its exact sentences.
Covers too: `verdicts.arrays`, `verdicts.not_finite`, `verdicts.words`, `verdicts.mismatch`.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.bank.records import HalfPrecision
from autograder.verdicts.arrays import comparable, small
from autograder.verdicts.compare import compare
from autograder.verdicts.mismatch import Mismatch
from autograder.verdicts.words import shape_in_words

DESIRED = np.array([[1.0, -2.0], [0.5, 4.0]], np.float32)


@pytest.mark.parametrize(
    "actual",
    [
        DESIRED,
        DESIRED.astype(np.float64),
        DESIRED.astype(np.float16),
        DESIRED.astype(ml_dtypes.bfloat16),
        DESIRED + 0.9e-5,
        np.asfortranarray(DESIRED),
        DESIRED[::-1][::-1],
    ],
)
def test_right_values_are_right_whatever_their_width_and_layout(actual: np.ndarray) -> None:
    assert compare(actual, DESIRED, 1e-5) is None


@pytest.mark.parametrize(
    ("actual", "step", "sentence"),
    [
        (
            DESIRED[:1],
            "shape",
            "returned an array with 2 elements and 2 axes; expected shape (2, 2).",
        ),
        (
            DESIRED.ravel(),
            "shape",
            "returned shape (4,); expected shape (2, 2), with the same number of elements.",
        ),
        (
            DESIRED.astype(np.int32),
            "dtype",
            "returned dtype int32; expected floating-point numbers, such as dtype float32.",
        ),
        (
            DESIRED.astype(np.complex64),
            "dtype",
            "returned dtype complex64; expected floating-point numbers, such as dtype float32.",
        ),
        (
            DESIRED.astype(bool),
            "dtype",
            "returned dtype bool; expected floating-point numbers, such as dtype float32.",
        ),
        (
            DESIRED.astype(str),
            "dtype",
            "returned dtype <U32; expected floating-point numbers, such as dtype float32.",
        ),
        (
            np.where(DESIRED == 4, np.nan, DESIRED),
            "finite",
            "returned NaN instead of a finite number in 1 of 4 elements (25.0%), in row 1, "
            "column 1.",
        ),
        (
            np.where(DESIRED > 0, np.inf, DESIRED),
            "finite",
            "returned inf instead of a finite number in 3 of 4 elements (75.0%), first in row 0, "
            "column 0.",
        ),
        (
            DESIRED + 1,
            "values",
            "returned wrong values in 4 of 4 elements (100.0%); the largest error is 1 (allowed: "
            "1e-05).",
        ),
        (
            DESIRED + 1.1e-5,
            "values",
            "returned imprecise values in 4 of 4 elements (100.0%); the largest error is 1.1e-05 "
            "(allowed: 1e-05). Was it computed in half precision (float16, bfloat16, TF32), or "
            "by a formula that loses digits?",
        ),
        (
            DESIRED * 0,
            "values",
            "returned wrong values in 4 of 4 elements (100.0%); the largest error is 4 (allowed: "
            "1e-05).",
        ),
    ],
)
def test_the_first_step_that_fails_is_told(actual: np.ndarray, step: str, sentence: str) -> None:
    mismatch = compare(actual, DESIRED, 1e-5)
    assert mismatch is not None
    assert (mismatch.step, mismatch.sentence) == (step, sentence)


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        (
            np.zeros((0, 8384797669, 12866034)),
            "returned an array with 0 elements and 3 axes; expected shape (2, 2).",
        ),
        (
            np.broadcast_to(np.float32(0), (12866034, 7)),
            "returned an array of a very different size; expected shape (2, 2).",
        ),
        (
            np.zeros((1,) * 9 + (4,)),
            "returned an array of a very different size; expected shape (2, 2).",
        ),
        (
            DESIRED + 12866034,
            "returned wrong values in 4 of 4 elements (100.0%); the largest error is more than "
            "100 times the largest expected value (allowed: 1e-05).",
        ),
    ],
)
def test_a_sentence_does_not_spell_out_what_a_function_chose(
    actual: np.ndarray, sentence: str
) -> None:
    mismatch = compare(actual, DESIRED, 1e-5)
    assert mismatch is not None
    assert mismatch.sentence == sentence


def test_the_sample_shows_the_worst_places_only() -> None:
    desired = np.zeros(100, np.float32)
    mismatch = compare(np.arange(100, dtype=np.float32), desired, 1e-5)
    assert mismatch is not None
    assert mismatch.sample.splitlines() == ["The 5 worst elements:"] + [
        f"  [{place}]: returned {place}, expected 0" for place in (99, 98, 97, 96, 95)
    ]


def test_integers_and_booleans_compare_exactly() -> None:
    desired = np.array([3, 4, 3], np.int32)
    assert compare(desired.astype(np.int64), desired, 0.0) is None
    assert compare(np.array([3, 5, 3]), desired, 10.0) == Mismatch(
        "values",
        "returned a wrong value in 1 of 3 elements (33.3%); values must match exactly.",
        "The wrong elements:\n  [1]: returned 5, expected 4",
        1,
        3,
        1.0,
        place=(1,),
    )
    assert compare(desired.astype(np.float32), desired, 0.0) == Mismatch(
        "dtype", "returned dtype float32; expected integers, such as dtype int32."
    )


@pytest.mark.parametrize(
    ("actual", "what", "sample"),
    [
        (
            [0.0, np.inf, -np.inf, 1.0],
            "a finite number instead of NaN in 1 of 4 elements (25.0%), at [0].",
            "The wrong elements:\n  [0]: returned 0, expected nan",
        ),
        (
            [np.nan, -np.inf, -np.inf, 1.0],
            "-inf instead of inf in 1 of 4 elements (25.0%), at [1].",
            "The wrong elements:\n  [1]: returned -inf, expected inf",
        ),
        (
            [np.nan, np.inf, -1e9, 1.0],
            "a finite number instead of -inf in 1 of 4 elements (25.0%), at [2].",
            "The wrong elements:\n  [2]: returned -1e+09, expected -inf",
        ),
        (
            [np.nan, np.nan, np.nan, 1.0],
            "NaN instead of inf in 1 of 4 elements (25.0%), at [1].",
            "The wrong elements:\n  [1]: returned nan, expected inf",
        ),
        (
            [np.nan, np.inf, -np.inf, np.nan],
            "NaN instead of a finite number in 1 of 4 elements (25.0%), at [3].",
            "The wrong elements:\n  [3]: returned nan, expected 1",
        ),
    ],
)
def test_nan_and_infinity_count_where_the_reference_has_them(
    actual: list[float], what: str, sample: str
) -> None:
    desired = np.array([np.nan, np.inf, -np.inf, 1.0], np.float32)
    assert compare(desired.copy(), desired, 1e-5) is None
    mismatch = compare(np.array(actual), desired, 1e-5)
    assert mismatch is not None
    assert (mismatch.step, mismatch.sentence, mismatch.sample) == (
        "finite",
        f"returned {what}",
        sample,
    )


def test_beside_infinities_the_finite_values_are_compared() -> None:
    desired = np.array([-np.inf, 1.0, 2.0], np.float32)
    assert compare(np.array([-np.inf, 1.0, 2.000001]), desired, 1e-5) is None
    mismatch = compare(np.array([-np.inf, 1.0, 3.0]), desired, 1e-5)
    assert mismatch is not None
    assert mismatch.sentence == (
        "returned a wrong value in 1 of 3 elements (33.3%); the largest error is 1 (allowed: "
        "1e-05)."
    )


def test_each_element_may_have_its_own_tolerance_and_the_worst_in_tolerances_is_told() -> None:
    desired = np.array([-1e9, 1.0, 2.0])
    tolerance = np.array([7e3, 1e-5, 1e-5])
    assert compare(np.array([-1e9 + 6e3, 1.0, 2.0]), desired, tolerance) is None
    mismatch = compare(np.array([-1e9 + 8e3, 1.0, 2.5]), desired, tolerance)
    assert mismatch is not None
    assert mismatch.sentence == (
        "returned wrong values in 2 of 3 elements (66.7%); the largest error is 0.5 (allowed: "
        "1e-05)."
    )
    assert mismatch.tolerances == pytest.approx(5e4)
    assert mismatch.sample.splitlines()[1] == "  [2]: returned 2.5, expected 2"


def test_what_half_precision_does_is_the_limit_of_imprecise() -> None:
    half = HalfPrecision(error=100.0, moved=1.0)
    for error, imprecise in ((0.9e-3, True), (1.1e-3, False)):
        mismatch = compare(DESIRED + error, DESIRED, 1e-5, half)
        assert mismatch is not None
        assert mismatch.imprecise == imprecise
    near = compare(DESIRED + 0.9e-3, DESIRED, 1e-5, half)
    assert near is not None
    assert near.as_wrong().sentence == (
        "returned wrong values in 4 of 4 elements (100.0%); the largest error is 0.0009 "
        "(allowed: 1e-05)."
    )
    lost = compare(DESIRED + 3.0, DESIRED, 1e-5, HalfPrecision(error=1e9, moved=1.0))
    assert lost is not None
    assert not lost.imprecise


def test_a_single_element_is_not_counted() -> None:
    mismatch = compare(np.array([2.0]), np.array([1.0]), 0.1)
    assert mismatch is not None
    assert mismatch.sentence == ("returned a wrong value; the error is 1 (allowed: 0.1).")


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=0, max_dims=3, max_side=4),
        elements=st.floats(-100, 100, width=32),
    ),
    st.data(),
)
def test_an_array_equals_itself_and_not_with_one_element_moved_beyond_the_tolerance(
    desired: np.ndarray, data: st.DataObject
) -> None:
    assert compare(desired.copy(), desired, 1e-3) is None
    place = data.draw(st.integers(0, desired.size - 1))
    moved = desired.copy()
    moved.flat[place] += np.float32(0.01)
    mismatch = compare(moved, desired, 1e-3)
    assert mismatch is not None
    assert mismatch.step == "values"


@pytest.mark.parametrize(
    ("dtype", "imprecise"), [(np.float16, True), (jnp.bfloat16, True), (np.float64, False)]
)
def test_right_to_half_precision_is_called_imprecise_and_nothing_else_is(
    dtype: Any, imprecise: bool
) -> None:
    desired = np.linspace(-3.0, 4.0, 20)
    mismatch = compare(desired.astype(dtype), desired, 1e-6)
    assert (mismatch is not None and mismatch.imprecise) == imprecise
    off = compare(desired * 1.05, desired, 1e-6)
    assert off is not None
    assert not off.imprecise


def test_a_shape_without_elements_is_not_repeated() -> None:
    mismatch = compare(np.zeros((0, 8384797669)), np.zeros((0,)), 1e-5)
    assert mismatch is not None
    assert mismatch.sentence == "returned an array with 0 elements and 2 axes; expected shape (0,)."


@pytest.mark.parametrize(
    "shape", [(0,), (), (3,), (2, 1, 1, 1, 1, 1, 2), (2**10, 2**9), (1, 2**20, 1, 1, 1)]
)
def test_an_array_of_the_expected_shape_is_always_looked_at(shape: tuple[int, ...]) -> None:
    desired = np.ones(shape)
    assert comparable(desired, desired)
    assert small(desired, desired)
    assert shape_in_words(desired, desired) == f"shape {shape}"
