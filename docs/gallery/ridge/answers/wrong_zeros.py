def ridge(x, y):
    return jnp.zeros(x.shape[1])
