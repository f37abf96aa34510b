"""Fork up to 200 children that live for 20 seconds."""
import os
import time

import jax.numpy as jnp

children = 0
for _ in range(200):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        children += 1
    except OSError:
        break
print("children:", children)


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features))
