def make_step(loss, rate):
    def step(w, x, t):
        return w - rate * jax.grad(loss, argnums=1)(w, x, t).mean(axis=0)

    return step
