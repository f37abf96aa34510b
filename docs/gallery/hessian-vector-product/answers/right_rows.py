def hvp(f, x, v):
    rows = jax.jacrev(jax.grad(f))(jnp.asarray(x))
    return jnp.stack([jnp.dot(row, v) for row in rows])
