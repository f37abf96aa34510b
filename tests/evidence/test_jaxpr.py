"""The size of a trace distinguishes a loop in Python from a scan."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from autograder.calls.inputs import Value
from autograder.evidence.jaxpr import equations


def test_traces_grow_with_a_loop_and_not_with_a_scan():
    def loop(count):
        def function(x):
            for _ in range(int(count)):
                x = jnp.sin(x)
            return x

        return function

    def scan(count):
        return lambda x: jax.lax.scan(
            lambda carry, _: (jnp.sin(carry), None), x, None, length=int(count)
        )[0]

    arguments = {"x": Value("jax", np.ones(3, np.float32))}
    assert [equations(loop(count), arguments) for count in (2, 4, 8)] == [2, 4, 8]
    assert len({equations(scan(count), arguments) for count in (2, 4, 8)}) == 1
    assert len({equations(jax.jit(loop(count)), arguments) for count in (2, 4, 8)}) == 3, (
        "inside of jit too"
    )
    assert equations(lambda x: float(jnp.sum(x)), arguments) is None
    assert equations(lambda x: np.asarray(x).sum(), arguments) == 0, (
        "a concrete argument may be looked at"
    )
