"""Return an array of 2 GB that was never touched."""
import numpy as np


def vmap_over_batch(seed, x_batch, features):
    return np.zeros(2**29, np.float32)
