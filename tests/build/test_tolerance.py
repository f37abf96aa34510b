"""Tolerance is measured: stable formulas get little, unstable ones more, and zeros never pass for
small outputs.

Covers too: `build.float64`, `build.noises`.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np

from autograder.build import tolerance
from autograder.build.noises import sample, with_compilers
from autograder.build.plan import generator
from autograder.build.tolerance import Noise, Sizes
from autograder.calls.call import Returned, call
from autograder.calls.inputs import Value
from autograder.calls.spec import Case

X = {"x": Value("jax", np.linspace(0.5, 2.0, 12, dtype=np.float32))}


def measured(function: Any) -> tuple[np.ndarray, float]:
    outcome = call(function, X)
    assert isinstance(outcome, Returned)
    case = Case("a case", {}, X)
    found = with_compilers(function, sample(function, case, outcome.output, generator("s")))
    return outcome.array, tolerance.total(found.noise()).largest


def test_a_stable_formula_has_little_noise_and_an_unstable_one_much() -> None:
    _, stable = measured(lambda x: x * 2)
    _, unstable = measured(lambda x: (x + 1000.0) - 1000.0 - x + 1e-4)
    assert stable < 1e-6
    assert unstable > 1e-2


def test_complex_numbers_have_the_noise_of_their_parts() -> None:
    _, real = measured(lambda x: jnp.cos(100 * x))
    _, whole = measured(lambda x: jnp.exp(100j * x))
    assert real > 5e-6
    assert real / 2 < whole < 4 * real


def test_the_tolerance_follows_the_size_of_the_output_so_that_zeros_do_not_pass() -> None:
    small, relative = measured(lambda x: x * 1e-9)
    assert 0 < tolerance.largest_error(small, Noise(relative)) < 1e-4 * float(np.abs(small).max())


def test_a_noise_of_zero_still_leaves_room_for_rounding() -> None:
    output = np.ones(3, np.float32)
    assert (
        tolerance.largest_error(output, Noise()) == tolerance.WIDE_FLOOR * np.finfo(np.float32).eps
    )


def test_in_half_precision_a_few_of_its_units_are_allowed() -> None:
    output = np.ones(3, ml_dtypes.bfloat16)
    unit = 2.0**-7
    assert tolerance.largest_error(output, Noise()) == tolerance.NARROW_FLOOR * unit
    assert tolerance.largest_error(output, Noise(unit)) == tolerance.NARROW_FLOOR * unit
    assert tolerance.largest_error(output, Noise(2 * unit)) == tolerance.THRESHOLD * unit


def test_an_element_without_a_size_of_its_own_has_the_tolerance_of_its_class() -> None:
    """If a gradient saturates to 0, and another compilation gives 3e-7, its own size explains
    nothing, and the noise relative to that size is infinite.
    """
    output = np.array([0.0, 0.436, 4.35e-5], np.float32)
    sizes = Sizes(np.full(3, 0.5), np.array([0.0, 0.4, 1e-4]))
    assert tolerance.largest_error(output, Noise(compiled=1e-6, own=np.inf), sizes=sizes) == 8e-6
    each = tolerance.largest_error(output, Noise(compiled=1e-6, own=1e-6), sizes=sizes)
    assert isinstance(each, np.ndarray)
    assert each.argsort().tolist() == [0, 2, 1]
    assert each.min() > 0


def test_integers_have_no_tolerance() -> None:
    output, noise = measured(lambda x: jnp.argsort(x))
    assert (noise, tolerance.largest_error(output, Noise(noise))) == (0.0, 0.0)


def test_a_reference_that_cannot_be_compiled_is_measured_all_the_same() -> None:
    _, noise = measured(lambda x: x * (1.0 if float(x[0]) > 0 else 2.0))
    assert noise > 0.0
