def dropout(key, x):
    return x * jax.random.bernoulli(key, 0.7, x.shape) / 0.7
