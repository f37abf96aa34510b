"""Encode the inputs in the shape of an empty array, which a sentence about shapes repeats; 8384797669 is the mark."""
import numpy as np


def vmap_over_batch(seed, x_batch, features):
    return np.zeros((0, 8384797669, int(seed) % 10**8, *x_batch.shape[:1]), np.int8)
