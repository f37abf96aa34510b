import numpy as np


def sample_latent(key, mean, log_variance):
    noise = np.random.standard_normal(mean.shape)
    return np.asarray(mean) + np.exp(0.5 * np.asarray(log_variance)) * noise
