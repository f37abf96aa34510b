def dropout(key, x):
    return x * jax.random.bernoulli(key, 0.75, (x.shape[0], 1)) / 0.75
