"""Take memory in steps of 100 MB, up to 6 GB, and touch all of it."""
# short
import numpy as np

held = []


def vmap_over_batch(seed, x_batch, features):
    for _ in range(60):
        held.append(np.ones(100 * 2**20, np.uint8))
