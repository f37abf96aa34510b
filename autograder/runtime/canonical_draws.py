"""Draws of each sampler and layer of JAX and Flax from a fixed key, which show whether a release
draws other numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

BASIC = ("jax.random.bits", "nnx.Linear", "nn.Dense")
"""The draws that show whether an installation is damaged."""

ALWAYS = (*BASIC, "nnx.split_rngs")
"""The draws on which nearly every question with random numbers depends."""

SAMPLERS: Mapping[str, tuple[Any, ...]] = {
    "ball": (2, 2.0, (2,)),
    "bernoulli": (0.5, (16,)),
    "beta": (0.5, 2.0, (3,)),
    "binomial": (9.0, 0.3, (4,)),
    "categorical": ((0.0, 1.0, 2.0), -1, (8,)),
    "cauchy": ((3,),),
    "chisquare": (3.0, (3,)),
    "choice": (9, (4,)),
    "dirichlet": ((1.0, 2.0), (2,)),
    "double_sided_maxwell": (0.0, 1.0, (3,)),
    "exponential": ((3,),),
    "f": (3.0, 4.0, (3,)),
    "gamma": (1.5, (3,)),
    "generalized_normal": (1.5, (3,)),
    "geometric": (0.3, (4,)),
    "gumbel": ((3,),),
    "laplace": ((3,),),
    "loggamma": (1.5, (3,)),
    "logistic": ((3,),),
    "lognormal": (1.0, (3,)),
    "maxwell": ((3,),),
    "multivariate_normal": ((0.0, 1.0), ((2.0, 0.5), (0.5, 1.0)), (2,)),
    "normal": ((3,),),
    "orthogonal": (2,),
    "pareto": (2.0, (3,)),
    "permutation": (9,),
    "poisson": (3.0, (4,)),
    "rademacher": ((16,),),
    "randint": ((4,), 0, 1000),
    "rayleigh": (1.0, (3,)),
    "t": (3.0, (3,)),
    "triangular": (0.0, 0.5, 1.0, (3,)),
    "truncated_normal": (-2.0, 2.0, (3,)),
    "uniform": ((3,),),
    "wald": (1.0, (3,)),
    "weibull_min": (1.0, 2.0, (3,)),
}
"""The samplers of `jax.random`, with the arguments that follow the key."""


def canonical_draws(names: Iterable[str]) -> dict[str, Any]:
    """The draws of `names`, as lists, without those that this release does not have."""
    found = {}
    for name in dict.fromkeys(names):
        make = _MADE.get(name) or _sampler(name)
        if make is not None:
            found[name] = np.asarray(make(), np.float64).tolist()
    return found


def _sampler(name: str) -> Callable[[], Any] | None:
    import jax

    last = name.removeprefix("jax.random.")
    sampler = getattr(jax.random, last, None)
    if sampler is None or last not in SAMPLERS:
        return None
    arguments = [
        np.asarray(each, np.float32)
        if isinstance(each, tuple) and isinstance(each[0], float | tuple)
        else each
        for each in SAMPLERS[last]
    ]
    return lambda: sampler(jax.random.key(7), *arguments)


def _bits() -> Any:
    import jax

    return jax.random.bits(jax.random.key(7), (4,))


def _nnx_linear() -> Any:
    from flax import nnx

    return nnx.Linear(3, 2, rngs=nnx.Rngs(7)).kernel[...]


def _nn_dense() -> Any:
    import flax.linen as nn
    import jax
    import jax.numpy as jnp

    return nn.Dense(2).init(jax.random.key(7), jnp.zeros((1, 3)))["params"]["kernel"]


def _split_rngs() -> Any:
    import jax
    from flax import nnx

    def bits(rngs: Any) -> Any:
        return jax.random.bits(rngs.params(), (2,))

    return nnx.split_rngs(splits=2)(nnx.vmap(bits))(nnx.Rngs(7))


_MADE: Mapping[str, Callable[[], Any]] = {
    "jax.random.bits": _bits,
    "nnx.Linear": _nnx_linear,
    "nn.Dense": _nn_dense,
    "nnx.split_rngs": _split_rngs,
}
