"""One huge element does not set the tolerance of all others, and what rounding left gets no
tolerance of its own.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Dim, Question
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.build.classes import by_size, scales
from autograder.calls.call import Returned, call
from autograder.calls.inputs import Value
from autograder.calls.spec import Case
from autograder.verdicts.examine import examine


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1.0, -2.0, 3.0], [3.0, 3.0, 3.0]),
        ([1.0, -2.0, -1e9], [2.0, 2.0, 1e9]),
        ([1.0, -2.0, 1e9, 1e18], [2.0, 2.0, 1e9, 1e18]),
        # the small one may be near zero by chance
        ([1e-4, 1.0, 2.0, 0.0], [2.0] * 4),
        ([1e-8, 1.0, 2.0], [1e-8, 2.0, 2.0]),
        ([0.0, 1.0, -1e9, 2.0], [2.0, 2.0, 1e9, 2.0]),
        ([-np.inf, 1.0, np.nan], [1.0, 1.0, 1.0]),
        ([0.0, -1e9, 0.0], [1.0, 1e9, 1.0]),
        ([0.0, 0.5], [0.5, 0.5]),
        ([0.0, 0.0], [0.0, 0.0]),
    ],
)
def test_elements_of_quite_another_size_are_a_class(
    numbers: list[float], expected: list[float]
) -> None:
    assert by_size(np.array(numbers, np.float32)) == pytest.approx(expected)


def test_no_class_arises_by_chance() -> None:
    rng = np.random.default_rng(3)
    for _ in range(2000):
        assert len(np.unique(by_size(rng.standard_normal(30)))) == 1


def scales_of(function: Any) -> np.ndarray:
    x = np.random.default_rng(5).standard_normal((6, 6)).astype(np.float32)
    arguments = {"x": Value("jax", x)}
    outcome = call(function, arguments)
    assert isinstance(outcome, Returned)
    question = Question("f", arguments={"x": Array("B", "D")}, dims={"B": (6, 6), "D": (6, 6)})
    case = Case("a case", {}, arguments)
    return scales(question, [(function, case, outcome.output)])[0][""].top


def test_what_rounding_left_of_large_numbers_is_measured_against_them() -> None:
    apart = scales_of(lambda x: jnp.where(jnp.eye(6), x * 1e-7, x))
    assert len(np.unique(apart)) == 2
    left_over = scales_of(lambda x: jnp.where(jnp.eye(6), (x + 100.0) - 100.0 - x, x))
    assert len(np.unique(left_over)) == 1


def test_what_a_function_that_saturates_leaves_is_measured_against_what_it_was() -> None:
    def tail(x: Any) -> Any:
        return jnp.where(jnp.eye(6), 1 + jnp.tanh(-6 - x / 10), x)

    small = np.eye(6, dtype=bool)
    assert np.min(scales_of(tail)[small]) > 0.05
    exact = scales_of(lambda x: jnp.where(jnp.eye(6), 2 / (1 + jnp.exp(2 * (6 + x / 10))), x))
    assert np.max(exact[small]) < 1e-3


def scores(q: Any, k: Any, masked: float) -> Any:
    q, k = jnp.asarray(q), jnp.asarray(k)
    found = q @ k.T / jnp.sqrt(q.shape[-1])
    return jnp.where(jnp.tril(jnp.ones(found.shape, bool)), found, masked)


@pytest.mark.parametrize(
    "masked",
    [
        -1e9,
        pytest.param(-jnp.inf, marks=pytest.mark.slow),
        pytest.param(-1e4, marks=pytest.mark.slow),
    ],
)
def test_of_masked_scores_every_one_is_judged(masked: float) -> None:
    question = Question(
        "scores",
        arguments={"q": Array("T", "D"), "k": Array("T", "D")},
        dims={"T": (3, 6), "D": (2, 5)},
        shapes=1,
        seeds=2,
    )
    groups = build(
        "t", [question], {"scores": lambda q, k: scores(q, k, masked)}, "a"
    ).hidden.groups["scores"]

    def refused(function: Any, group: Group) -> bool:
        return examine(function, group) is not None

    def by_einsum(q: Any, k: Any) -> Any:
        found = jnp.einsum("td,sd->ts", q, k) * q.shape[1] ** -0.5
        return jnp.where(jnp.arange(len(q))[:, None] >= jnp.arange(len(q)), found, masked)

    for group in groups.values():
        assert not refused(by_einsum, group)
        assert refused(lambda q, k: scores(q, k, masked) / 1.001, group)
        assert refused(lambda q, k: scores(q * jnp.sqrt(q.shape[1]), k, masked), group)
        assert refused(lambda q, k: scores(q, k, -1e7), group)


def test_zeros_beside_minus_a_billion_are_zeros() -> None:
    question = Question("mask", arguments={"n": Dim("T")}, dims={"T": (2, 6)})
    reference = {"mask": lambda n: jnp.where(jnp.tril(jnp.ones((n, n))), 0.0, -1e9)}
    for group in build("t", [question], reference, "a").hidden.groups["mask"].values():
        assert examine(lambda n: (1 - jnp.tril(jnp.ones((n, n)))) * -1e9, group) is None
        assert examine(lambda n: jnp.where(jnp.tril(jnp.ones((n, n))), 1.0, -1e9), group)
