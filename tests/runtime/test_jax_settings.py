"""Settings of JAX for the time of a check."""

from __future__ import annotations

import contextlib

import jax

from autograder.runtime import jax_settings


def test_a_check_computes_as_grading_does_and_leaves_the_settings_as_they_were() -> None:
    name = "jax_disable_most_optimizations"
    seen = [jax.config.values[name]]
    with contextlib.suppress(ZeroDivisionError), jax_settings.as_in_grading():
        seen.append(jax.config.values[name])
        raise ZeroDivisionError
    assert [*seen, jax.config.values[name]] == [False, True, False]
