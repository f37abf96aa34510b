def attention_weights(q, k, keep):
    n, d = q.shape
    bias = jnp.where(jnp.triu(jnp.ones((n, n)), 1) > 0, -jnp.inf, 0.0) + jnp.where(jnp.asarray(keep), 0.0, -jnp.inf)
    scores = jnp.einsum("id,jd->ij", q, k) * d**-0.5 + bias
    return jax.nn.softmax(scores)
