def dropout(key, x):
    mask = jax.random.choice(key, jnp.array([0.0, 4 / 3]), x.shape, p=jnp.array([0.25, 0.75]))
    return mask * x
