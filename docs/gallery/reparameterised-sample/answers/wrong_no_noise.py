def sample_latent(key, mean, log_variance):
    return mean + 0 * log_variance
