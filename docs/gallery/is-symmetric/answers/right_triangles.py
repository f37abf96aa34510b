def is_symmetric(a):
    a = jnp.asarray(a)
    return (jnp.triu(a) == jnp.tril(a).T).all()
