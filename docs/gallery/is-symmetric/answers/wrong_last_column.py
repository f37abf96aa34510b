def is_symmetric(a):
    a = jnp.asarray(a)
    return jnp.all(a[-1] == a[:, -1])
