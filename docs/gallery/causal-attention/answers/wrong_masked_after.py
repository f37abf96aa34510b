def attention_weights(q, k, keep):
    n, d = q.shape
    return jax.nn.softmax(q @ k.T / d**0.5) * jnp.tril(jnp.ones((n, n))) * keep
