import numpy as np


def sample_latent(key, mean, log_variance):
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    out = np.empty(mean.shape, np.float32)
    for row, column in np.ndindex(*mean.shape):
        deviation = np.exp(0.5 * float(log_variance[row, column]))
        out[row, column] = float(mean[row, column]) + deviation * rng.standard_normal()
    return out
