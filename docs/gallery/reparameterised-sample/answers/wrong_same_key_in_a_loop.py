def sample_latent(key, mean, log_variance):
    rows = [
        m + jnp.exp(0.5 * v) * jax.random.normal(key, m.shape)
        for m, v in zip(mean, log_variance)
    ]
    return jnp.stack(rows)
