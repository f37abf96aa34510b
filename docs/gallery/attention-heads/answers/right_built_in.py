def attention(q, k, v, n_heads):
    shape = (q.shape[0], n_heads, q.shape[1] // n_heads)
    out = jax.nn.dot_product_attention(*(jnp.reshape(each, shape) for each in (q, k, v)))
    return jnp.reshape(out, q.shape)
