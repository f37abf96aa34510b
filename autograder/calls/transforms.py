"""Put a call under what its spec asks for: a class's method, a gradient, the transform of a law.

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
from autograder.calls.stages import Progress, composed
from autograder.runtime.judged_settings import in_64_bits

LANES = 3
"""Lanes in the law of vmap."""

DIRECTIONS = 4
"""Random directions along which the law of grad takes derivatives."""


def apply(
    function: Any,
    arguments: Sequence[str],
    way: CallSpec,
    progress: Progress | None = None,
    *,
    late: bool = False,
) -> Callable[..., Any]:
    """The function to call in place of `function`, with all the arguments by position. `late`: some
    of them are `Later`. `progress` says which call was under way when it raised.
    """
    several_calls = way.method or way.then or way.through or way.calls or way.keywords
    answer = (
        composed(function, arguments, way, progress or Progress())
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
    """A context in which JAX computes in as many bits as the call asks for: in 64, or in as many as
    it does around the context.
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
    """The function of the traced arguments alone, the others fixed as passed; and the traced
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
    """Derivatives, of shape [DIRECTIONS] and dtype float32, of the weighted sum of all returned
    numbers.
    """
    import jax

    def call(*passed: Any) -> Any:
        of_traced, traced = _of_traced(function, arguments, way, passed)
        slopes = jax.tree.leaves(
            jax.grad(lambda values: weighted(collect_arrays(of_traced(*values)), way.seed))(traced)
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


def weighted(answer: Mapping[str, Any], seed: int) -> Any:
    """The sum of all floating-point numbers in the arrays of an answer, each with a random weight
    of its own. A 0-d number.
    """
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)
    total: Any = 0.0
    for name in sorted(answer):  # the dict may have been filled in any order
        array = jnp.asarray(answer[name])
        weights = rng.standard_normal(array.shape)
        if jnp.issubdtype(array.dtype, jnp.floating):
            total = total + jnp.sum(weights * array)
    return total


def directions(traced: Any, seed: int) -> list[Any]:
    """Random directions in the space of the traced arguments: each has, for every array among them,
    one of its shape in float64.
    """
    import jax

    rng = np.random.default_rng([seed, 1])
    return [
        jax.tree.map(lambda array: rng.standard_normal(np.shape(array)), traced)
        for _ in range(DIRECTIONS)
    ]
