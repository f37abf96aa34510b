def ridge(x, y):
    return jnp.linalg.pinv(jnp.asarray(x)) @ y
