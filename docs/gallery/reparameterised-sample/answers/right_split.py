def sample_latent(key, mean, log_variance):
    _, use = jax.random.split(key)
    return mean + jnp.exp(log_variance) ** 0.5 * jax.random.normal(use, log_variance.shape)
