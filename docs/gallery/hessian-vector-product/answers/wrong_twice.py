def hvp(f, x, v):
    hessian = jax.hessian(f)(jnp.asarray(x))
    return hessian @ (hessian @ v)
