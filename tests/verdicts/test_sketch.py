"""A few numbers show whether wrong answers are the same."""

from __future__ import annotations

import math

import numpy as np

from autograder.verdicts.sketch import near, sketch


def test_equal_arrays_have_equal_sketches_and_others_have_not() -> None:
    x = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    assert sketch(x) == sketch(x.copy()) == sketch(x.ravel())
    assert near(sketch(x), sketch(x * (1 + 1e-5)))
    for other in (-x, x.T, x + 0.1, np.zeros_like(x), np.roll(x, 1), x * 1.01):
        assert not near(sketch(x), sketch(other))


def test_whatever_is_in_an_array_there_is_a_sketch() -> None:
    for array in (
        np.zeros(0),
        np.array(True),
        np.array([np.nan, np.inf, 1]),
        np.array([1 + 2j]),
        np.zeros((0, 3), np.int32),
        np.float64(3),
        np.full(50, np.finfo(np.float64).max),
        np.array([-(10.0**308), 10.0**308] * 50),
    ):
        assert all(np.isfinite(sketch(np.asarray(array))))
    assert near(sketch(np.zeros(3)), sketch(np.zeros(3)))
    assert not near([1.0], [1.0, 2.0])
    assert not near([math.inf], [math.inf])
    assert not near([math.nan], [1.0])


def test_of_what_are_no_numbers_there_is_none() -> None:
    assert sketch(np.array(["a", "b"])) == sketch(np.array([object()])) == []
    assert not near([], [])
