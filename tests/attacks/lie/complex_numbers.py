"""Return complex numbers with an infinite imaginary part."""

import numpy as np


def vmap_over_batch(seed, x_batch, features):
    return np.full(x_batch.shape[0] * int(features), complex(0, np.inf), np.complex64)
