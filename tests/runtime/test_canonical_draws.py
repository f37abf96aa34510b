"""The canonical draws name public samplers, and differ where a sampler draws differently."""

from __future__ import annotations

import json

import jax
import pytest

from autograder.runtime import canonical_draws
from autograder.runtime.canonical_draws import ALWAYS, SAMPLERS


def test_every_sampler_is_public_and_draws_finite_numbers() -> None:
    names = [*ALWAYS, *(f"jax.random.{name}" for name in ("choice", "categorical", "randint"))]
    found = canonical_draws.canonical_draws(names)
    assert list(found) == names
    assert json.loads(json.dumps(found)) == found
    assert [name for name in SAMPLERS if not callable(getattr(jax.random, name, None))] == []


@pytest.mark.slow
def test_every_sampler_draws() -> None:
    names = [f"jax.random.{name}" for name in SAMPLERS]
    assert list(canonical_draws.canonical_draws(names)) == names


def test_a_sampler_that_draws_otherwise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = canonical_draws.canonical_draws(["jax.random.normal"])
    usual = jax.random.normal
    monkeypatch.setattr(jax.random, "normal", lambda key, shape: -usual(key, shape))
    assert canonical_draws.canonical_draws(["jax.random.normal"]) != before


def test_what_a_release_does_not_have_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(jax.random, "wald")
    assert canonical_draws.canonical_draws(["jax.random.wald", "jax.random.no_such"]) == {}
