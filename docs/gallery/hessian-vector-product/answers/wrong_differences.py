def hvp(f, x, v):
    slope = jax.grad(f)
    return (slope(x + 0.1 * v) - slope(jnp.asarray(x))) / 0.1
