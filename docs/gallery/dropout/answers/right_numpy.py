import numpy as np


def dropout(key, x):
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    return np.asarray(x) * (rng.random(x.shape) < 0.75) / np.float32(0.75)
