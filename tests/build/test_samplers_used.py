"""The samplers of a reference are found in its trace and in its source."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from autograder.build.samplers_used import samplers_used
from autograder.calls.inputs import Value
from autograder.calls.spec import Case

X = np.ones((3, 2), np.float32)


def layer(x: Any) -> Any:
    return nnx.Linear(2, 4, rngs=nnx.Rngs(0))(x)


def hidden_in_a_helper(x: Any) -> Any:
    return x + noise(x.shape)


def noise(shape: tuple[int, ...]) -> Any:
    return jax.random.gamma(jax.random.key(0), 2.0, shape)


def chosen(x: Any) -> Any:
    return jax.random.choice(jax.random.key(0), x, (2,))


def decided(x: Any) -> Any:
    """JAX cannot trace this."""
    return x if float(jnp.sum(x)) > 0 else jax.random.uniform(jax.random.key(0))


def student(x: Any) -> Any:
    return x + jax.random.t(jax.random.key(0), 3.0, x.shape)


def plain(t: Any) -> Any:
    f = 2
    return t * f


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        (layer, {"jax.random.truncated_normal"}),
        (hidden_in_a_helper, {"jax.random.gamma"}),
        (chosen, {"jax.random.choice"}),
        (decided, {"jax.random.uniform"}),
        (student, {"jax.random.t"}),
        (plain, set()),
    ],
)
def test_what_a_reference_draws_from(reference: Callable[..., Any], wanted: set[str]) -> None:
    (name,) = inspect.signature(reference).parameters
    found = samplers_used(reference, Case("", {}, {name: Value("jax", X)}))
    assert wanted <= set(found)
    assert bool(wanted) == bool(found)
