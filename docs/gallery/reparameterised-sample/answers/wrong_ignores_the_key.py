def sample_latent(key, mean, log_variance):
    noise = jax.random.normal(jax.random.key(0), mean.shape)
    return mean + jnp.exp(0.5 * log_variance) * noise
