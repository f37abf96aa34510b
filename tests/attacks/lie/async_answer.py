"""Return a coroutine: the answer is said to come later."""

import numpy as np


async def vmap_over_batch(seed, x_batch, features):
    return np.zeros(x_batch.shape[0] * int(features), np.float32)
