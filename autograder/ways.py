"""The way in which a question calls what a student wrote: as it is, as a class, its gradient, or under the transform of a law.

JAX is imported only where a way needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.arguments import Value
from autograder.values import named

LANES = 3
"""So many lanes the law of vmap has."""

DIRECTIONS = 4
"""Along so many random directions the law of grad looks at a derivative."""

PERMUTATION = "permutation of "
"""Begins the name of the law of permutations; the name of the dimension follows."""

LAWS = {
    "jit": "`jax.jit` of the function gives what the function gives",
    "vmap": "`jax.vmap` of the function gives, stacked, what the function gives for each lane",
    "grad": "the derivative that `jax.grad` finds is that of the numbers which the function returns",
    PERMUTATION: "who permutes the input gets the output permuted likewise",
}
"""Laws by name, and what each of them says."""


def is_law(name: object) -> bool:
    """Whether this is the name of a law."""
    return isinstance(name, str) and ((name in LAWS and name != PERMUTATION) or (name.startswith(PERMUTATION) and name != PERMUTATION))


def says(law: str) -> str:
    """What the law of this name says. Raises `KeyError`."""
    return LAWS[PERMUTATION if law.startswith(PERMUTATION) else law]


@dataclass(frozen=True)
class Way:
    """How a question calls what a student wrote, and what it takes from it.

    `several`: the arrays of a nested answer are taken one by one. `method`: what is called is this method of an instance, for which the class gets the
    arguments in `constructor`. `gradient`: not the answer is taken but its gradient with respect to these arguments. `law` puts the call under the
    law's transform, which acts on the arguments in `traced`; random numbers that it needs come from `seed`.
    """

    several: bool = False
    constructor: tuple[str, ...] = ()
    method: str = ""
    gradient: tuple[str, ...] = ()
    law: str = ""
    traced: tuple[str, ...] = ()
    seed: int = 0

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Way:
        """The way whose `vars` came through JSON."""
        found: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
        return cls(**found)

    def called(self, arguments: Sequence[str]) -> tuple[str, ...]:
        """Those of the arguments that what the student wrote is called with itself: a class only gets those for its constructor."""
        return tuple(name for name in arguments if name in self.constructor) if self.method else tuple(arguments)

    def subject(self, question: str) -> str:
        """What a sentence is about that says what came of a call."""
        name = f"jax.grad of {question}" if self.gradient else f"{question}(…).{self.method}" if self.method not in ("", "__call__") else question
        return {"jit": f"jax.jit of {name}", "vmap": f"jax.vmap of {name}", "grad": f"the derivative of {name} along random directions"}.get(
            self.law, name
        )

    def under(self, law: str, arguments: Mapping[str, Value], seed: int = 0) -> Way:
        """This way under a law, whose transform acts on all arguments that it can: arrays and keys, of which only floating-point arrays have derivatives."""
        kinds = {
            name: {leaf.data.dtype.kind if leaf.kind in ("jax", "numpy") else leaf.kind for _, leaf in value.leaves()}
            for name, value in arguments.items()
        }
        accepted = {"f"} if law == "grad" else {"f", "i", "b", "key"}
        return replace(self, law=law, traced=tuple(name for name, found in kinds.items() if found <= accepted), seed=seed)


PLAIN = Way()


def lifted(function: Any, arguments: Sequence[str], way: Way) -> Callable[..., Any]:
    """What is called, with all the arguments by position, in place of `function`."""
    if way == Way(several=way.several):
        return function  # type: ignore[no-any-return]
    answer = _of_instance(function, arguments, way) if way.method else function
    if way.gradient:
        answer = _gradient(answer, arguments, way.gradient)
    if way.law in _TRANSFORMS:
        answer = _TRANSFORMS[way.law](answer, arguments, way)
    return answer


def _of_instance(function: Any, arguments: Sequence[str], way: Way) -> Callable[..., Any]:
    def call(*passed: Any) -> Any:
        made = [value for name, value in zip(arguments, passed, strict=True) if name in way.constructor]
        rest = [value for name, value in zip(arguments, passed, strict=True) if name not in way.constructor]
        return getattr(function(*made), way.method)(*rest)

    return call


def _gradient(function: Any, arguments: Sequence[str], wrt: Sequence[str]) -> Callable[..., Any]:
    """The gradient with respect to one argument, or a dict of those with respect to several."""
    import jax

    places = tuple(arguments.index(name) for name in wrt)

    def call(*passed: Any) -> Any:
        slopes = jax.grad(function, places)(*passed)
        return slopes[0] if len(places) == 1 else dict(zip(wrt, slopes, strict=True))

    return call


def _of_traced(function: Any, arguments: Sequence[str], way: Way, passed: Sequence[Any]) -> tuple[Callable[..., Any], list[Any]]:
    """The function of the traced arguments alone, with the others as they were passed, and the traced ones."""
    places = [place for place, name in enumerate(arguments) if name in way.traced]

    def of_traced(*traced: Any) -> Any:
        values = list(passed)
        for place, value in zip(places, traced, strict=True):
            values[place] = value
        return function(*values)

    return of_traced, [passed[place] for place in places]


def _under(transform: str) -> Callable[[Any, Sequence[str], Way], Callable[..., Any]]:
    """The function of the traced arguments under a transform of JAX that keeps what it returns."""

    def of(function: Any, arguments: Sequence[str], way: Way) -> Callable[..., Any]:
        import jax

        def call(*passed: Any) -> Any:
            of_traced, traced = _of_traced(function, arguments, way, passed)
            return getattr(jax, transform)(of_traced)(*traced)

        return call

    return of


def _grad(function: Any, arguments: Sequence[str], way: Way) -> Callable[..., Any]:
    """Derivatives, of shape [DIRECTIONS], of the weighted sum of all numbers that are returned."""
    import jax

    def call(*passed: Any) -> Any:
        of_traced, traced = _of_traced(function, arguments, way, passed)
        slopes = jax.tree.leaves(jax.grad(lambda values: weighted(named(of_traced(*values)), way.seed))(traced))
        along = [jax.tree.leaves(direction) for direction in directions(traced, way.seed)]
        told = [sum(np.vdot(part, np.asarray(slope, np.float64)) for part, slope in zip(each, slopes, strict=True)) for each in along]
        return np.asarray(told, np.float32)

    return call


_TRANSFORMS: Mapping[str, Callable[[Any, Sequence[str], Way], Callable[..., Any]]] = {"jit": _under("jit"), "vmap": _under("vmap"), "grad": _grad}


def weighted(answer: Mapping[str, Any], seed: int) -> Any:
    """A number: the sum of all floating-point numbers in the arrays of an answer, each with a random weight of its own."""
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)
    total: Any = 0.0
    for name in sorted(answer):  # whoever returns a dict may fill it in another order
        array = jnp.asarray(answer[name])
        weights = rng.standard_normal(array.shape)
        if jnp.issubdtype(array.dtype, jnp.floating):
            total = total + jnp.sum(weights * array)
    return total


def directions(traced: Any, seed: int) -> list[Any]:
    """Random directions in the space of the traced arguments: for each of their arrays one of its shape, in float64."""
    import jax

    rng = np.random.default_rng([seed, 1])
    return [jax.tree.map(lambda array: rng.standard_normal(np.shape(array)), traced) for _ in range(DIRECTIONS)]
