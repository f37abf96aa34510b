def newton_root(f, x0, steps):
    slope = jax.grad(f)

    def step(x, _):
        return x - f(x) / slope(x), None

    return jax.lax.scan(step, jnp.float32(x0), None, length=steps)[0]
