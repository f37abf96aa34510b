def attention_weights(q, k, keep):
    n, d = q.shape
    seen = jnp.tril(jnp.ones((n, n), bool))
    return jax.nn.softmax(jnp.where(seen, q @ k.T / d**0.5, -jnp.inf))
