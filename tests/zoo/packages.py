"""Packages around JAX: optax, einops, and JAX's own helpers for trees and arrays."""

import einops
import flax.serialization
import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree
from zoo_masters import Normal, Tree, Whole, program, wrong


def two_steps(optimiser, params, slope):
    """The parameters after two steps along the same slope."""
    params, slope = jnp.asarray(params), jnp.asarray(slope)
    state = optimiser.init(params)
    for _ in range(2):
        updates, state = optimiser.update(slope * params, state, params)
        params = optax.apply_updates(params, updates)
    return params


@program("optax.adam", Normal("N"), Normal("N"), N=(4, 5))
def adam(params, slope):
    return two_steps(optax.adam(0.1), params, slope)


@wrong("plain descent")
def adam_plain(params, slope):
    return two_steps(optax.sgd(0.1), params, slope)


@program("optax.sgd", Normal("N"), Normal("N"), N=(4, 5))
def sgd_with_momentum(params, slope):
    return two_steps(optax.sgd(0.1, momentum=0.9), params, slope)


@wrong("without momentum")
def sgd_without_momentum(params, slope):
    return two_steps(optax.sgd(0.1), params, slope)


@program(
    "optax.clip_by_global_norm",
    Tree(w=Normal("N", "M"), b=Normal("M")),
    N=(3, 4),
    M=(2, 3),
    several=True,
)
def clip_by_global_norm(slopes):
    clip = optax.clip_by_global_norm(0.5)
    return clip.update(slopes, clip.init(slopes))[0]


@wrong("each array by itself")
def clip_each(slopes):
    return jax.tree.map(lambda slope: slope * 0.5 / jnp.linalg.norm(slope), slopes)


@program(
    "optax.softmax_cross_entropy_with_integer_labels",
    Normal("N", "C"),
    Whole("N"),
    N=(3, 4),
    C=(4, 5),
)
def cross_entropy(logits, labels):
    return optax.softmax_cross_entropy_with_integer_labels(jnp.asarray(logits), jnp.abs(labels) % 3)


@wrong("the logits are taken for logarithms of probabilities")
def cross_entropy_unnormalised(logits, labels):
    return -jnp.take_along_axis(jnp.asarray(logits), (jnp.abs(labels) % 3)[:, None], axis=1)[:, 0]


@program("optax.warmup_cosine_decay_schedule", Normal("N"), N=(4, 5))
def schedule(x):
    rates = optax.warmup_cosine_decay_schedule(0.0, 1.0, warmup_steps=3, decay_steps=10)
    return jax.vmap(rates)(jnp.arange(len(x)) + 2) * x


@wrong("one step later")
def schedule_later(x):
    rates = optax.warmup_cosine_decay_schedule(0.0, 1.0, warmup_steps=3, decay_steps=10)
    return jax.vmap(rates)(jnp.arange(len(x)) + 4) * x


@program("einops.rearrange", Normal("B", "D"), B=(3, 4), D=(2, 3))
def rearrange(x):
    return einops.rearrange(
        jnp.concatenate([jnp.asarray(x), 1 + x], axis=1), "b (h d) -> h b d", h=2
    )


@wrong("the heads are the inner axis")
def rearrange_inner(x):
    return einops.rearrange(
        jnp.concatenate([jnp.asarray(x), 1 + x], axis=1), "b (d h) -> h b d", h=2
    )


@program("einops.reduce", Normal("B", "D"), B=(3, 4), D=(2, 3))
def reduce(x):
    return einops.reduce(
        jnp.concatenate([jnp.asarray(x), 1 + x], axis=1), "b (h d) -> b d", "max", h=2
    )


@wrong("the mean")
def reduce_mean(x):
    return einops.reduce(
        jnp.concatenate([jnp.asarray(x), 3 + x], axis=1), "b (h d) -> b d", "mean", h=2
    )


@program("jax.tree.map", Tree(w=Normal("N", "M"), b=Normal("M")), N=(3, 4), M=(2, 3), several=True)
def tree_map(params):
    return jax.tree.map(jnp.sin, params)


@wrong("one leaf only")
def tree_map_weights(params):
    return {**params, "w": jnp.sin(params["w"])}


@program("jax.tree.reduce", Tree(w=Normal("N", "M"), b=Normal("M")), N=(3, 4), M=(2, 3))
def tree_reduce(params):
    return jax.tree.reduce(lambda total, leaf: total + jnp.sum(leaf**2), params, 0.0)


@wrong("the root")
def tree_reduce_root(params):
    return optax.global_norm(params)


@program(
    "jax.flatten_util.ravel_pytree", Tree(w=Normal("N", "M"), b=Normal("M")), N=(3, 4), M=(2, 3)
)
def ravel(params):
    return ravel_pytree(params)[0]


@wrong("the weights first")
def ravel_weights_first(params):
    return jnp.concatenate([jnp.ravel(params["w"]), params["b"]])


@program(
    "flax.serialization.to_bytes",
    Tree(w=Normal("N", "M"), b=Normal("M")),
    N=(3, 4),
    M=(2, 3),
    several=True,
)
def serialization(params):
    doubled = jax.tree.map(lambda part: 2 * part, params)
    return flax.serialization.msgpack_restore(flax.serialization.to_bytes(doubled))


@wrong("the empty target")
def serialization_empty(params):
    return jax.tree.map(jnp.zeros_like, params)


@program("jnp.einsum", Normal("I", "J"), Normal("J", "K"), I=(2, 3), J=(3, 4), K=(2, 3))
def einsum(a, b):
    return jnp.einsum("ij,jk->ki", a, b)


@wrong("not transposed")
def einsum_not_transposed(a, b):
    return jnp.einsum("ij,jk->ik", a, b)


@program("jnp.vectorize", Normal("M", "N"), Normal("N"), M=(3, 4), N=(3, 4))
def vectorize(x, y):
    return jnp.vectorize(lambda a, b: a @ b, signature="(n),(n)->()")(
        jnp.asarray(x), jnp.asarray(y)
    )


@wrong("not added up")
def vectorize_sorted(x, y):
    return jnp.asarray(x)[:, 0] * y[0]


@program("jax.jit(static_argnames)", Normal("N"), N=(4, 5))
def jit_static(x):
    power = jax.jit(
        lambda x, degree: sum(x**each for each in range(1, degree + 1)), static_argnames="degree"
    )
    return power(jnp.asarray(x), degree=3)


@wrong("the highest power only")
def jit_static_highest(x):
    return jnp.asarray(x) ** 3
