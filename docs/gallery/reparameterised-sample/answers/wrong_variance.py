def sample_latent(key, mean, log_variance):
    return mean + jnp.exp(log_variance) * jax.random.normal(key, mean.shape)
