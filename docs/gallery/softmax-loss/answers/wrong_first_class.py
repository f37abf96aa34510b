def softmax_loss(w, x, labels, reg):
    logp = jax.nn.log_softmax(jnp.matmul(x, w))
    return -logp[:, 0].mean() + reg * jnp.sum(jnp.multiply(w, w))
