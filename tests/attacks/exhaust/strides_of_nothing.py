"""Return arrays whose shapes promise far more than there is."""
# short

import numpy as np
from numpy.lib.stride_tricks import as_strided

def vmap_over_batch(seed, x_batch, features):
    one = np.zeros(1, np.float32)
    return [
        lambda: as_strided(one, (2**40,), (0,)),
        lambda: np.empty((0, 2**40), np.float32),
        lambda: as_strided(one, (2**20, 2**20, 2**20), (0, 0, 0)),
        lambda: as_strided(one, (1,) * 60, (0,) * 60),
        lambda: np.zeros(1, "V2000000000"),
        lambda: np.zeros(2, "U100000000"),
        lambda: [np.zeros(1, np.float32) for _ in range(400_000)],
    ][int(seed) % 7]()
