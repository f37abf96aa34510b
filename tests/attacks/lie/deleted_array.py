"""Return a JAX array whose memory was given back."""

import jax.numpy as jnp


def vmap_over_batch(seed, x_batch, features):
    array = jnp.zeros(x_batch.shape[0] * int(features))
    array.delete()
    return array
