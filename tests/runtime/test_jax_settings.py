"""JAX's settings during a check."""

from __future__ import annotations

import contextlib
from typing import Any

import jax
import pytest

from autograder.runtime import jax_settings


def test_a_check_computes_as_grading_does_and_leaves_the_settings_as_they_were() -> None:
    name = "jax_disable_most_optimizations"
    seen = [jax.config.values[name]]
    with contextlib.suppress(ZeroDivisionError), jax_settings.as_in_grading():
        seen.append(jax.config.values[name])
        raise ZeroDivisionError
    assert [*seen, jax.config.values[name]] == [False, True, False]


def test_where_there_is_no_cpu_products_are_computed_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no GPU here. This stands in for what JAX says with JAX_PLATFORMS=cuda."""

    def devices(backend: str | None = None) -> list[Any]:
        if backend == "cpu":
            raise RuntimeError("Unknown backend cpu")
        return []

    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(jax, "devices", devices)
    with jax_settings.as_in_grading():
        assert jax.config.jax_default_matmul_precision == "highest"
    assert jax.config.jax_default_matmul_precision is None
