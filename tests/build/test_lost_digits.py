"""The build refuses a reference or an alternative that loses digits, unless it loses few.

Covers too: `build.alternatives`, `build.random_draws`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numerical_questions import by_matrix, likelihood, transform

from autograder import Array, Question
from autograder.build.banks import Built, build
from autograder.errors import BuildError
from autograder.verdicts.examine import examine

Function = Callable[..., Any]

ADVICE = (
    "Rewrite it to keep its digits (sums of logarithms for a product of many factors, two passes "
    "for a variance, expm1 and log1p near zero), make the sizes in dims smaller, or declare the "
    "question with x64=True"
)


def around(mean: float, spread: float = 1.0) -> dict[str, Any]:
    return {"x": Array("B", "D", draw=lambda rng, shape: mean + spread * rng.normal(size=shape))}


def built(reference: Function, arguments: dict[str, Any], *others: Function, **more: Any) -> Built:
    dims = {"B": (2, 4), "D": (8, 20)}
    question = Question("f", arguments=arguments, dims=more.pop("dims", dims), shapes=1, seeds=2)
    for other in others:
        question.alternative(other)
    for name, wrong in more.items():
        question.misconception(name, hint="Look.")(wrong)
    return build("t", [question], {"f": reference}, "a")


def naive(x: Any) -> Any:
    x = jnp.asarray(x)
    return (x**2).mean(1) - x.mean(1) ** 2


def two_passes(x: Any) -> Any:
    return jnp.asarray(x).var(1)


@pytest.mark.parametrize(
    ("reference", "arguments"),
    [
        (naive, around(100.0, 0.1)),
        (lambda x: jnp.exp(jnp.asarray(x)) - 1, around(0.0, 1e-5)),
        (lambda x: jnp.log(1 + jnp.asarray(x)), around(0.0, 1e-5)),
    ],
)
def test_a_reference_that_loses_its_digits_stops_the_build(
    reference: Function, arguments: dict[str, Any]
) -> None:
    with pytest.raises(BuildError) as fault:
        built(reference, arguments)
    told = str(fault.value)
    assert told.startswith(
        "question 'f': the reference loses its digits: with x=a JAX array of shape ("
    )
    assert ") it differs from its float64 result by " in (told)
    assert told.endswith(f". {ADVICE}")


@pytest.mark.parametrize(
    "reference",
    [
        two_passes,
        lambda x: jnp.expm1(jnp.asarray(x)),
        lambda x: jnp.sin(1e4 * jnp.asarray(x)).sum(1),  # the rounding of its inputs explains it
        pytest.param(
            lambda x: x + jax.random.normal(jax.random.key(3), x.shape), marks=pytest.mark.slow
        ),
        jax.jit(lambda x: x + jax.random.normal(jax.random.key(3), x.shape)),
    ],
)
def test_other_references_do_not(reference: Function) -> None:
    built(reference, around(0.0))


@pytest.mark.slow
def test_a_product_that_vanishes_is_told_as_what_it_is() -> None:
    shares = {"values": "rows sum to 1"}
    arguments = {
        "start": Array("S", **shares),
        "a": Array("S", "S", **shares),
        "b": Array("T", "S", **shares),
    }

    def product(start: Any, a: Any, b: Any) -> Any:
        state = jnp.asarray(start) * b[0]
        for each in b[1:]:
            state = (state @ jnp.asarray(a)) * each
        return state.sum()

    dims = {"S": (3, 3), "T": (100, 110)}
    with pytest.raises(BuildError) as fault:
        built(product, arguments, dims=dims)
    assert str(fault.value).endswith(
        "the reference never returned an output that tests anything: it is all zeros. In float64 "
        f"it does, so numbers overflow or are lost on the way. {ADVICE}"
    )
    built(likelihood, arguments, dims={"S": (3, 3), "T": (20, 24)})


def test_what_an_alternative_loses_is_rounding_if_it_is_little() -> None:
    noise = built(two_passes, around(10.0), naive).record.questions["f"].tolerance.noise
    assert noise.alternatives is not None
    assert 1e-5 < noise.alternatives < 1e-3
    with pytest.raises(BuildError) as fault:
        built(two_passes, around(300.0), naive)
    told = str(fault.value)
    assert "the alternative naive is refused in cases='public'" in told
    assert (
        "\nIn float64 both return the same: the alternative loses digits, and its error is 0.0"
        in told
    )
    assert f" of the largest number. {ADVICE}\n" in told
    with pytest.raises(BuildError, match=r"is refused in cases='public'") as fault:
        built(two_passes, around(10.0), lambda x: two_passes(x) * (1 + 1e-4))
    assert "In float64" not in str(fault.value)


def test_large_and_tiny_numbers_can_be_left_out() -> None:
    def cancels_large_numbers(x: Any) -> Any:
        return (1 + x + x**4) - x**4

    with pytest.raises(BuildError) as fault:
        built(lambda x: 1 + x, {"x": Array("B", "D")}, cancels_large_numbers)
    assert (
        "make the sizes in dims smaller, keep to numbers of ordinary size with "
        'Array(…, families=("normal",)), or declare the question with x64=True\n'
    ) in str(fault.value)
    built(lambda x: 1 + x, {"x": Array("B", "D", families=("normal",))}, cancels_large_numbers)


def test_a_misconception_that_comes_too_near_by_an_alternative_names_it() -> None:
    with pytest.raises(BuildError) as fault:
        built(two_passes, around(10.0), naive, almost=lambda x: two_passes(x) * 1.003)
    assert str(fault.value).endswith(
        "or set a smaller rtol. The allowed error is this large because an alternative loses "
        "digits: compute it with more digits, or remove it"
    )


def test_a_transform_by_its_matrix_is_right_and_a_wrong_bin_is_not() -> None:
    dims = {"B": (2, 5), "D": (2, 200)}
    arguments = {"x": Array("B", "D")}
    found = built(transform, arguments, by_matrix, dims=dims, inverse=jnp.fft.ifft)

    def one_bin(x: Any) -> Any:
        bins = np.array(transform(x))
        bins[:, -1] *= 1.01
        return bins

    for group in found.hidden.groups["f"].values():
        assert examine(by_matrix, group) is None
        assert examine(one_bin, group) is not None
