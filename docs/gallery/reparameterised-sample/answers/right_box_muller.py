def sample_latent(key, mean, log_variance):
    one, other = jax.random.split(key)
    size = jnp.sqrt(-2 * jnp.log(jax.random.uniform(one, mean.shape, minval=1e-7)))
    angle = 2 * jnp.pi * jax.random.uniform(other, mean.shape)
    return mean + jnp.exp(0.5 * log_variance) * size * jnp.sin(angle)
