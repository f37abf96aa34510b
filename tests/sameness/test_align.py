"""Aligned answers: right ones in another sign, order or rotation become the expected ones. Wrong
ones, and anything else that a submission may return, do not, and nothing raises.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sameness.align import MOST_COMPARED, align, aligned_output
from autograder.sameness.words import (
    Alignment,
    AsSet,
    UpToOrder,
    UpToRotation,
    UpToSign,
)

RNG = np.random.default_rng(3)
WORDS = (UpToSign(0), UpToSign(-1), UpToOrder(0), UpToOrder(1), UpToRotation(), AsSet())
POINTS = RNG.standard_normal((6, 3)).astype(np.float32)


def same(word: Alignment, actual: Any, expected: np.ndarray) -> bool:
    found = align(word, np.asarray(actual), expected)
    return found.shape == expected.shape and bool(
        np.allclose(found, expected, atol=1e-5, rtol=0, equal_nan=True)
    )


def test_the_sign_of_each_vector_along_an_axis_is_free() -> None:
    assert same(UpToSign(0), POINTS * [1, -1, -1], POINTS)
    assert not same(UpToSign(1), POINTS * [1, -1, -1], POINTS)
    assert same(UpToSign(1), (POINTS.T * [1, -1, 1, -1, -1, 1]).T, POINTS)
    assert same(UpToSign(0), -POINTS[:, 0], POINTS[:, 0])
    assert same(UpToSign(0), -np.array([1, -2, 3]), np.array([1, -2, 3]))


def test_a_complex_vector_has_a_free_phase_but_no_free_length() -> None:
    vectors = POINTS[:3] + 1j * POINTS[3:]
    assert same(UpToSign(0), vectors * np.exp([0.3j, 2j, -1j]), vectors)
    assert not same(UpToSign(0), vectors * [1, 2, 1], vectors)
    assert not same(UpToSign(0), vectors.conj(), vectors)


@pytest.mark.parametrize(
    "wrong",
    [
        0 * POINTS,
        np.abs(POINTS),
        -np.abs(POINTS),
        POINTS * np.where(np.arange(6) % 2, 1, -1)[:, None],
        2 * POINTS,
        POINTS[:, ::-1],
        POINTS[:, [0, 0, 2]],
        POINTS * np.nan,
        POINTS + 0j,
        POINTS.astype(int),
        POINTS[:5],
        POINTS.T,
        POINTS[None],
        np.float32(1),
        np.zeros((0, 3)),
        np.full((6, 3), "a"),
    ],
)
def test_a_wrong_answer_stays_wrong_up_to_sign(wrong: np.ndarray) -> None:
    found = align(UpToSign(0), np.asarray(wrong), POINTS)
    assert (
        found.shape != POINTS.shape
        or found.dtype.kind != "f"
        or not np.allclose(found, POINTS, atol=1e-3)
    )


def test_the_order_along_an_axis_is_free_and_each_entry_counts_as_often_as_expected() -> None:
    assert same(UpToOrder(0), POINTS[[3, 1, 0, 5, 4, 2]], POINTS)
    assert same(UpToOrder(1), POINTS[:, ::-1], POINTS)
    assert not same(UpToOrder(0), POINTS[:, ::-1], POINTS)
    assert not same(UpToOrder(0), np.sort(POINTS, axis=0), POINTS)
    assert not same(UpToOrder(0), POINTS[[0, 0, 2, 3, 4, 5]], POINTS)
    assert not same(UpToOrder(0), POINTS[:5], POINTS)
    twice = np.array([1.0, 1.0, 2.0])
    assert same(UpToOrder(0), [1.0, 2.0, 1.0], twice)
    assert not same(UpToOrder(0), [1.0, 2.0, 2.0], twice)
    missing = np.array([1.0, np.nan, np.inf, 2.0])
    assert same(UpToOrder(0), [np.inf, 2.0, np.nan, 1.0], missing)
    assert not same(UpToOrder(0), [np.inf, 2.0, 3.0, 1.0], missing)


def test_no_column_hides_another_when_an_order_is_sought() -> None:
    expected = np.array([[1e9, 1.0], [1e9, 2.0]])
    assert same(UpToOrder(0), expected[::-1] * [1 + 1e-16, 1], expected)
    actual = np.array([[1e9 + 100, 2.0], [1e9 - 100, 1.0]])
    found = align(UpToOrder(0), actual, expected)
    assert found[:, 1].tolist() == [1.0, 2.0]


def test_points_may_be_turned_and_mirrored_and_nothing_else() -> None:
    turn, _ = np.linalg.qr(RNG.standard_normal((3, 3)))
    for right in (POINTS @ turn, POINTS * [1, -1, 1], POINTS[:, ::-1], -POINTS):
        assert same(UpToRotation(), right, POINTS)
    for wrong in (
        1.01 * POINTS,
        POINTS + 1,
        POINTS[::-1],
        POINTS * [2, 0.5, 1],
        0 * POINTS,
        POINTS @ np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]]),
        POINTS * np.nan,
        POINTS.T,
    ):
        assert not same(UpToRotation(), wrong, POINTS)


def test_a_set_has_no_order_and_no_number_but_nothing_else_in_it() -> None:
    expected = np.array([2, 3, 5])
    for right in ([5, 3, 2], [2, 2, 3, 5, 5], [3, 5, 2, 2]):
        assert same(AsSet(), right, expected)
    for wrong in ([2, 3], [2, 3, 4], [2, 3, 5, 7], [], [[2, 3, 5]], 3, [2, 2, 2]):
        assert not same(AsSet(), wrong, expected)
    assert same(AsSet(), POINTS[[2, 1, 0, 1, 5, 4, 3, 3]], POINTS)
    assert not same(AsSet(), POINTS[[2, 1, 0, 1, 5, 4, 4]], POINTS)
    # entries that are equal up to rounding are the same entry, on either side
    assert same(AsSet(), [1.0, 2.0], np.array([1.0, 1.0 + 1e-7, 2.0]))
    assert same(AsSet(), [1.0, 1.0 + 1e-7, 2.0], np.array([1.0, 2.0]))
    assert not same(AsSet(), [2.0, 3.0, 5.0, np.nan], np.array([2.0, 3.0, 5.0]))
    assert same(AsSet(), np.tile(expected, 10_000), expected)
    assert not same(AsSet(), np.tile(expected, MOST_COMPARED // 8), expected)


def test_narrow_numbers_keep_their_dtype() -> None:
    narrow = POINTS.astype(ml_dtypes.bfloat16)
    for word in WORDS:
        found = align(word, narrow, POINTS)
        assert found.dtype == narrow.dtype
        assert np.allclose(found.astype(float), POINTS, atol=0.05)


def test_each_lane_is_an_answer_and_each_named_array_has_its_word() -> None:
    expected = {"0": np.stack([POINTS, 2 * POINTS]), "1": POINTS}
    actual = {"0": np.stack([-POINTS, 2 * POINTS * [1, -1, 1]]), "1": -POINTS}
    found = aligned_output(actual, expected, {"0": UpToSign(0)}, lanes=True)
    assert np.allclose(found["0"], expected["0"])
    assert np.allclose(found["1"], -POINTS)
    assert aligned_output({"2": POINTS}, expected, {"0": UpToSign(0)}) == {"2": POINTS}
    one = aligned_output({"0": POINTS}, {"0": np.float32(1)}, {"0": UpToSign(0)}, lanes=True)
    assert one["0"] is POINTS


ARRAYS = st.one_of(
    *(
        hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
        for dtype in (
            *(np.float16, np.float32, np.float64, np.complex64, np.int8, np.int64),
            *(np.uint8, np.bool_, "U3", "M8[s]"),
        )
    )
)


@settings(max_examples=300, deadline=None)
@given(ARRAYS, ARRAYS, st.sampled_from(WORDS))
def test_no_array_raises_or_changes_its_dtype(
    actual: np.ndarray, expected: np.ndarray, word: Alignment
) -> None:
    found = align(word, actual, expected)
    assert found.dtype == actual.dtype
    assert found.shape in (actual.shape, expected.shape)
    both = align(word, expected, expected)
    assert both.shape == expected.shape
    if expected.dtype.kind in "iub" or (
        expected.dtype.kind in "fc"
        and np.isfinite(expected).all()
        and np.abs(expected).max(initial=0) < 1e4
    ):
        assert np.allclose(both, expected, atol=1e-1, rtol=1e-2)
