def running_integral(y, x):
    y, x = jnp.asarray(y), jnp.asarray(x)

    def step(total, at):
        total = total + (y[at] + y[at + 1]) * (x[at + 1] - x[at]) / 2
        return total, total

    return jax.lax.scan(step, jnp.zeros((), y.dtype), jnp.arange(y.size - 1))[1]
