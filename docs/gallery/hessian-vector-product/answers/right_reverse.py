def hvp(f, x, v):
    _, back = jax.vjp(jax.grad(f), jnp.asarray(x))
    return back(jnp.asarray(v))[0]
