def hvp(f, x, v):
    return jax.grad(f)(jnp.asarray(x)) * v
