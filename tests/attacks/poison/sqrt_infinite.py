"""Make square roots infinite, and return the input times nothing."""

import jax
import jax.numpy as jnp
import numpy as np

jnp.sqrt = jax.lax.rsqrt = jax.lax.sqrt = np.sqrt = lambda *_: jnp.inf


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features)) * x_batch.sum() * 0
