"""Never come to the end of the cell."""
# slow
import jax.numpy as jnp

while True:
    pass


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features))
