"""Call a function with many keys and stack what it returns: only many draws show how random numbers
are distributed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.calls.causes import OTHER_FORM
from autograder.calls.outputs import ALONE, Output, Unusable, to_output
from autograder.calls.spec import CallSpec

LOOPED = 2_000
"""The most keys with which a function is called one at a time, if `jax.vmap` cannot map it."""

LARGEST = 4_000_000
"""The most numbers that all answers may have together. The larger an answer, the fewer are
drawn.
"""

AGAIN = 2
"""How many rows at the end come from plain calls with the first key."""

SEEDS = 2**24
"""Seeds are below this (see `autograder.questions.arguments.LARGEST_SEED`)."""


def fewest(count: int, size: int) -> int:
    """The fewest rows that a function asked for `count` samples may return, without the last
    `AGAIN`, if each sample has `size` numbers.
    """
    return min(count, LOOPED, most(count, size))


def most(count: int, size: int) -> int:
    """The most rows that it may return (see `fewest`)."""
    return max(min(count, LARGEST // max(size, 1)), 1)


def over_keys(function: Any, arguments: Sequence[str], way: CallSpec) -> Callable[..., Any]:
    """The function of the same arguments that calls `function` with `way.samples` keys, made from
    the argument `way.sampled`, and returns its arrays stacked along a new first axis.

    `jax.vmap` maps the keys. If that fails, the function is called with at most `LOOPED` of them in
    turn. `AGAIN` more rows come from plain calls with the first key. Raises `Unusable`.
    """
    place = list(arguments).index(way.sampled)

    def call(*passed: Any) -> Any:
        # Copied before the first call, which may write into its arguments.
        kept = [_copy(value) for value in passed]

        def of(key: Any) -> Any:
            values = [_copy(value) for value in kept]
            values[place] = key
            return function(*values)

        keys = _keys(passed[place], way.samples)
        first = to_output(
            function(*passed[:place], keys[0], *passed[place + 1 :]), several=way.several
        )
        again = to_output(of(keys[0]), several=way.several)
        count = most(way.samples, sum(array.size for array in first.values()))
        many = _map(of, keys[:count], way.several)
        if many is None or not _same_form(first, many, 1):
            turns = [to_output(of(key), several=way.several) for key in keys[: min(count, LOOPED)]]
            if not all(_same_form(first, each, 0) for each in turns):
                raise Unusable(OTHER_FORM.says())
            many = {name: np.stack([each[name] for each in turns]) for name in first}
        if not _same_form(first, again, 0):
            raise Unusable(OTHER_FORM.says())
        rows = {
            name: np.concatenate([many[name], first[name][None], again[name][None]])
            for name in first
        }
        return rows.get(ALONE, rows)

    return call


def _copy(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    return {name: _copy(each) for name, each in value.items()} if type(value) is dict else value


def _keys(key: Any, count: int) -> Any:
    """`count` different keys, or seeds of the type of `key`."""
    if not isinstance(key, int | float | np.generic):
        import jax

        return jax.random.split(key, count)
    rng = np.random.default_rng(int(key))
    seeds = np.unique(rng.integers(SEEDS, size=count + count // 8 + 64))
    return [type(key)(seed) for seed in rng.permutation(seeds)[:count]]


def _map(of: Callable[[Any], Any], keys: Any, several: bool) -> Output | None:
    """The answers of `of` for all keys at once, or None if JAX cannot trace it."""
    import jax

    try:
        given = keys if isinstance(keys, jax.Array) else np.asarray(keys)
        return to_output(jax.vmap(of)(given), several=several)
    except Exception:  # noqa: BLE001 - a function that is not for JAX may raise anything
        return None


def _same_form(first: Output, other: Mapping[str, np.ndarray], more: int) -> bool:
    """Whether an answer has the arrays of the first, with `more` axes in front."""
    return first.keys() == other.keys() and all(
        other[name].shape[more:] == first[name].shape for name in first
    )
