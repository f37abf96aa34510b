def dropout(key, x):
    return x * jax.random.bernoulli(jax.random.key(1), 0.75, x.shape) / 0.75
