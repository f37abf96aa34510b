def hvp(f, x, v):
    _, product = jax.linearize(jax.grad(f), jnp.asarray(x))
    return product(jnp.asarray(v))
