"""A function is called with many keys: JAX maps them if it can, otherwise they follow in turn."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value
from autograder.calls.sampling import AGAIN, LARGEST, LOOPED, fewest, most
from autograder.calls.spec import CallSpec

X = np.arange(3, dtype=np.float32)
KEY = {"key": Value("key", np.asarray(5)), "x": Value("numpy", X)}
WAY = CallSpec(samples=3_000, sampled="key")


def sampled(function: Any, arguments: Any = KEY, way: CallSpec = WAY) -> dict[str, np.ndarray]:
    outcome = call(function, arguments, way)
    assert isinstance(outcome, Returned), outcome
    return dict(outcome.output)


def draw(key: Any, x: Any) -> Any:
    return x + jax.random.normal(key, x.shape)


def test_keys_are_mapped_and_the_last_rows_are_plain_calls_with_the_first() -> None:
    rows = sampled(draw)[""]
    assert rows.shape == (3_000 + AGAIN, 3)
    keys = jax.random.split(jax.random.key(5), 3_000)
    assert np.allclose(rows[7], draw(keys[7], X))
    assert np.allclose(rows[-1], rows[0])
    assert np.allclose(rows[-2], rows[0])
    assert len(np.unique(rows[:-AGAIN, 0])) > 2_990


def test_what_jax_cannot_map_is_called_in_turn() -> None:
    def by_numpy(key: Any, x: Any) -> Any:
        rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
        return x + rng.standard_normal(3)

    rows = sampled(by_numpy)[""]
    assert rows.shape == (LOOPED + AGAIN, 3)
    assert np.array_equal(rows[-1], rows[0])


@pytest.mark.parametrize("kind", ["int", "float", "numpy.int64"])
def test_a_seed_gives_other_seeds_of_its_type(kind: str) -> None:
    seen: list[Any] = []

    def by_seed(seed: Any) -> Any:
        seen.append(seed)
        return np.random.default_rng(int(seed)).standard_normal(2)

    rows = sampled(by_seed, {"key": Value(kind, np.asarray(5))})[""]
    assert rows.shape == (LOOPED + AGAIN, 2)
    numbers = [seed for seed in seen if not isinstance(seed, jax.core.Tracer)]
    assert {type(seed).__name__ for seed in numbers} == {kind.split(".")[-1]}
    assert len(set(numbers)) == LOOPED
    assert all(0 <= seed < 2**24 for seed in numbers)


def test_several_arrays_keep_their_names_and_a_class_is_made_for_each_key() -> None:
    way = CallSpec(several=True, samples=2_000, sampled="key")
    rows = sampled(lambda key, x: {"a": [draw(key, x), x]}, way=way)
    assert {name: array.shape for name, array in rows.items()} == {
        "a/0": (2_000 + AGAIN, 3),
        "a/1": (2_000 + AGAIN, 3),
    }

    class Noise:
        def __init__(self, x: Any) -> None:
            self.x = x

        def sample(self, key: Any) -> Any:
            return draw(key, self.x)

    made = CallSpec(constructor=("x",), method="sample", samples=2_000, sampled="key")
    assert sampled(Noise, way=made)[""].shape == (2_000 + AGAIN, 3)


def test_an_argument_that_is_written_into_is_fresh_in_every_call() -> None:
    def in_place(key: Any, x: Any) -> Any:
        x += np.random.default_rng(np.asarray(jax.random.key_data(key))).random()
        return x

    outcome = call(in_place, KEY, WAY)
    assert isinstance(outcome, Returned)
    assert outcome.changed == ("x",)
    rows = outcome.output[""]
    assert np.all((rows[:, 0] >= 0) & (rows[:, 0] < 1))


def test_answers_of_another_form_for_another_key_are_no_answers() -> None:
    def growing(key: Any, x: Any) -> Any:
        return np.zeros(2 + int(jax.random.key_data(key)[1]) % 2)

    outcome = call(growing, KEY, WAY)
    assert isinstance(outcome, Failed)
    assert outcome.cause == "returned arrays whose number or shapes depend on the key."


def test_what_it_raises_is_told_as_in_a_plain_call() -> None:
    for function in (lambda key, x: None, lambda key, x: key):
        sampling, plain = (call(function, KEY, way) for way in (WAY, CallSpec()))
        assert isinstance(sampling, Failed)
        assert isinstance(plain, Failed)
        assert sampling.cause == plain.cause

    def raises(key: Any, x: Any) -> Any:
        raise ValueError("no")

    outcome = call(raises, KEY, WAY)
    assert isinstance(outcome, Failed)
    assert outcome.cause == "raised ValueError."


def test_of_large_answers_there_are_fewer() -> None:
    size = LARGEST // 2_500
    rows = sampled(lambda key, x: jnp.zeros(size) + jax.random.normal(key))[""]
    assert rows.shape == (2_500 + AGAIN, size)
    assert (fewest(3_000, size), most(3_000, size)) == (LOOPED, 2_500)
    assert (fewest(20_000, 10), most(20_000, 10)) == (LOOPED, 20_000)
    assert (fewest(20_000, LARGEST), most(20_000, 2 * LARGEST)) == (1, 1)


def test_a_way_without_samples_is_stored_as_before() -> None:
    assert "samples" not in CallSpec().to_json()
    assert CallSpec.from_json(WAY.to_json()) == WAY
    assert CallSpec.from_json(CallSpec().to_json()) == CallSpec()
