def make_step(loss, rate):
    def step(w, x, t):
        return w - rate * jax.grad(loss)(w, x, t)
