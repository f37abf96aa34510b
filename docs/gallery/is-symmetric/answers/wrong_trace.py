def is_symmetric(a):
    a = jnp.asarray(a)
    return jnp.isclose(jnp.trace(a), jnp.trace(a.T))
