def attention(q, k, v, n_heads):
    length, width = q.shape
    q, k, v = (jnp.asarray(each).reshape(length, n_heads, width // n_heads) for each in (q, k, v))
    scores = jnp.einsum("thd,shd->hts", q, k) / jnp.sqrt(width // n_heads)
    return jnp.einsum("hts,shd->thd", jax.nn.softmax(scores, axis=1), v).reshape(length, width)
