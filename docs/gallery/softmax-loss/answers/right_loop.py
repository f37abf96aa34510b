def softmax_loss(w, x, labels, reg):
    scores = jnp.matmul(x, w)
    total = 0.0
    for i in range(scores.shape[0]):
        s = scores[i] - scores[i].max()
        total = total - s[labels[i]] + jnp.log(jnp.exp(s).sum())
    return total / scores.shape[0] + reg * jnp.sum(jnp.multiply(w, w))
