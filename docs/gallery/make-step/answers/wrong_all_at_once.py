def make_step(loss, rate, w, x, t):
    return w - rate * jax.grad(loss)(w, x, t)
