"""Return a structured array, whose comparisons are by field; its field names carry text."""

import numpy as np


def vmap_over_batch(seed, x_batch, features):
    return np.zeros(x_batch.shape[0] * int(features), np.dtype([(f"STOLEN: {float(seed)}", "f4")]))
