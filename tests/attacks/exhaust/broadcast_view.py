"""Return a view of 10**12 elements that takes 4 bytes."""
import numpy as np


def vmap_over_batch(seed, x_batch, features):
    return np.broadcast_to(np.float32(0), (10**6, 10**6))
