"""Return a dict whose keys say the seed, or an array whose fields do."""

import numpy as np

def vmap_over_batch(seed, x_batch, features):
    number = int(seed)
    if number % 2:
        return {f"STOLEN:{number}": np.zeros(3), number: np.zeros(2), (number,): np.ones(1)}
    return np.zeros(3, dtype=[(f"STOLEN{number}", "f4"), ("b", f"V{number % 1000 + 1}")])
