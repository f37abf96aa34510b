def softmax_loss(w, x, labels, reg):
    e = jnp.exp(jnp.matmul(x, w))
    p = e / e.sum(axis=1, keepdims=True)
    return -jnp.log(p[jnp.arange(p.shape[0]), labels]).mean() + reg * jnp.sum(jnp.multiply(w, w))
