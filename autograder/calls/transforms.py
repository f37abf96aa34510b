"""Wrap a call in what its spec asks for: a class's method, a gradient, the transform of a law.

JAX is imported only where a spec needs it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.calls.outputs import collect_arrays
from autograder.calls.sampling import over_keys
from autograder.calls.spec import CallSpec
from autograder.calls.stages import Progress, compose
from autograder.runtime.judged_settings import in_64_bits

LANES = 3
"""The number of lanes in the law of vmap."""

DIRECTIONS = 4
"""The number of random directions along which the law of grad takes derivatives."""


def apply(
    function: Any,
    arguments: Sequence[str],
    way: CallSpec,
    progress: Progress | None = None,
    *,
    late: bool = False,
) -> Callable[..., Any]:
    """The function to call in place of `function`, with all arguments by position.

    `late` says that some of them are `Later`. `progress` records which call was running when one
    raised.
    """
    several_calls = way.method or way.then or way.through or way.calls or way.keywords
    answer = (
        compose(function, arguments, way, progress or Progress())
        if several_calls or late
        else function
    )
    if way.gradient:
        answer = _gradient(answer, arguments, way.gradient)
    if way.law in _TRANSFORMS:
        answer = _TRANSFORMS[way.law](answer, arguments, way)
    if way.samples:
        answer = over_keys(answer, arguments, way)
    return answer


def width(way: CallSpec) -> contextlib.AbstractContextManager[Any]:
    """A context in which JAX computes in 64 bits if the call asks for that, and otherwise in as
    many as outside it.
    """
    if not way.x64:
        return contextlib.nullcontext()
    return in_64_bits()


def _gradient(function: Any, arguments: Sequence[str], wrt: Sequence[str]) -> Callable[..., Any]:
    """The gradient with respect to one argument, or a dict of gradients with respect to several."""
    import jax

    places = tuple(arguments.index(name) for name in wrt)

    def call(*passed: Any) -> Any:
        slopes = jax.grad(function, places)(*passed)
        return slopes[0] if len(places) == 1 else dict(zip(wrt, slopes, strict=True))

    return call


def _of_traced(
    function: Any, arguments: Sequence[str], way: CallSpec, passed: Sequence[Any]
) -> tuple[Callable[..., Any], list[Any]]:
    """The function of the traced arguments only, with the others fixed as passed, and the traced
    arguments.
    """
    places = [place for place, name in enumerate(arguments) if name in way.traced]

    def of_traced(*traced: Any) -> Any:
        values = list(passed)
        for place, value in zip(places, traced, strict=True):
            values[place] = value
        return function(*values)

    return of_traced, [passed[place] for place in places]


def _under(transform: str) -> Callable[[Any, Sequence[str], CallSpec], Callable[..., Any]]:
    """The function of the traced arguments under a JAX transform that keeps its output."""

    def of(function: Any, arguments: Sequence[str], way: CallSpec) -> Callable[..., Any]:
        import jax

        def call(*passed: Any) -> Any:
            of_traced, traced = _of_traced(function, arguments, way, passed)
            return getattr(jax, transform)(of_traced)(*traced)

        return call

    return of


def _grad(function: Any, arguments: Sequence[str], way: CallSpec) -> Callable[..., Any]:
    """The function that returns derivatives, of shape (DIRECTIONS,) and dtype float32, of the
    weighted sum of all returned numbers.
    """
    import jax

    def call(*passed: Any) -> Any:
        of_traced, traced = _of_traced(function, arguments, way, passed)
        slopes = jax.tree.leaves(
            jax.grad(lambda values: weighted_sum(collect_arrays(of_traced(*values)), way.seed))(
                traced
            )
        )
        along = [jax.tree.leaves(direction) for direction in directions(traced, way.seed)]
        told = [
            sum(
                np.vdot(part, np.asarray(slope, np.float64))
                for part, slope in zip(each, slopes, strict=True)
            )
            for each in along
        ]
        return np.asarray(told, np.float32)

    return call


_TRANSFORMS: Mapping[str, Callable[[Any, Sequence[str], CallSpec], Callable[..., Any]]] = {
    "jit": _under("jit"),
    "vmap": _under("vmap"),
    "grad": _grad,
}


def weighted_sum(answer: Mapping[str, Any], seed: int) -> Any:
    """The weighted sum of all floating-point numbers in an answer's arrays, as a 0-d number. Each
    has its own random weight.
    """
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)
    total: Any = 0.0
    for name in sorted(answer):  # the answer may have filled the dict in any order
        array = jnp.asarray(answer[name])
        weights = rng.standard_normal(array.shape)
        if jnp.issubdtype(array.dtype, jnp.floating):
            total = total + jnp.sum(weights * array)
    return total


def directions(traced: Any, seed: int) -> list[Any]:
    """Random directions in the space of the traced arguments. Each has, for every array among them,
    a float64 array of the same shape.
    """
    import jax

    rng = np.random.default_rng([seed, 1])
    return [
        jax.tree.map(lambda array: rng.standard_normal(np.shape(array)), traced)
        for _ in range(DIRECTIONS)
    ]
