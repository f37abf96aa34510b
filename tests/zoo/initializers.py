"""Initializers of JAX and Flax, some of which call LAPACK."""

import jax
import jax.numpy as jnp
from flax import linen, nnx
from zoo_masters import Dim, Key, Seed, program, wrong


@program("jax.nn.initializers.orthogonal", Key(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def init_orthogonal(key, m, n):
    return jax.nn.initializers.orthogonal()(key, (m, n))


@wrong("twice as large")
def init_orthogonal_scaled(key, m, n):
    return jax.nn.initializers.orthogonal(2.0)(key, (m, n))


@program("jax.nn.initializers.lecun_normal", Key(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def init_lecun_normal(key, m, n):
    return jax.nn.initializers.lecun_normal()(key, (m, n))


@wrong("He's scale")
def init_lecun_he(key, m, n):
    return jax.nn.initializers.he_normal()(key, (m, n))


@program("jax.nn.initializers.truncated_normal", Key(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def init_truncated_normal(key, m, n):
    return jax.nn.initializers.truncated_normal(0.5)(key, (m, n))


@wrong("not truncated")
def init_truncated_whole(key, m, n):
    return jax.nn.initializers.normal(0.5)(key, (m, n))


@program("jax.nn.initializers.variance_scaling", Key(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def init_variance_scaling(key, m, n):
    return jax.nn.initializers.variance_scaling(2.0, "fan_avg", "uniform")(key, (m, n))


@wrong("half the variance")
def init_variance_halved(key, m, n):
    return jax.nn.initializers.variance_scaling(1.0, "fan_avg", "uniform")(key, (m, n))


@program("jax.nn.initializers.delta_orthogonal", Key(), Dim("N"), N=(2, 3))
def init_delta_orthogonal(key, n):
    return jax.nn.initializers.delta_orthogonal()(key, (3, 3, n, n))[1, 1]


@wrong("twice as large")
def init_delta_scaled(key, n):
    return jax.nn.initializers.delta_orthogonal(2.0)(key, (3, 3, n, n))[1, 1]


@program("flax.linen.initializers.xavier_uniform", Key(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def linen_xavier_uniform(key, m, n):
    return linen.initializers.xavier_uniform()(key, (m, n), jnp.float32)


@wrong("the normal one")
def linen_xavier_normal(key, m, n):
    return linen.initializers.xavier_normal()(key, (m, n), jnp.float32)


@program("flax.linen.initializers.orthogonal", Key(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def linen_orthogonal(key, m, n):
    dense = linen.Dense(n, kernel_init=linen.initializers.orthogonal())
    return dense.init(key, jnp.zeros((1, m)))["params"]["kernel"]


@wrong("initialised with the key itself")
def linen_orthogonal_raw(key, m, n):
    return linen.initializers.orthogonal()(key, (m, n))


@program("flax.nnx.initializers.orthogonal", Seed(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def nnx_orthogonal(seed, m, n):
    layer = nnx.Linear(m, n, kernel_init=nnx.initializers.orthogonal(), rngs=nnx.Rngs(int(seed)))
    return layer.kernel[...]


@wrong("the default initialiser")
def nnx_orthogonal_default(seed, m, n):
    return nnx.Linear(m, n, rngs=nnx.Rngs(int(seed))).kernel[...]


@program("flax.nnx.initializers.he_normal", Seed(), Dim("M"), Dim("N"), M=(3, 4), N=(3, 4))
def nnx_he_normal(seed, m, n):
    return nnx.initializers.he_normal()(nnx.Rngs(int(seed)).params(), (m, n))


@wrong("from the seed without a stream")
def nnx_he_normal_key(seed, m, n):
    return nnx.initializers.he_normal()(jax.random.key(seed), (m, n))
