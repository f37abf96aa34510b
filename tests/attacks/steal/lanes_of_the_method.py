"""Map functions over lanes, and make parameters of sizes, that say the digits of the seed."""
# short

import jax.numpy as jnp
import numpy as np
from flax import nnx

def vmap_over_batch(seed, x_batch, features):
    number, answer = int(seed), np.zeros(x_batch.shape[0] * int(features), np.float32)
    for digit in str(number)[:4]:
        nnx.vmap(lambda scale, row: scale * row, in_axes=(None, 0))(
            jnp.ones(()), jnp.ones((1000 + int(digit), 3))
        )
    nnx.Linear(number % 997 + 1, number % 89 + 1, rngs=nnx.Rngs(0))
    return answer
