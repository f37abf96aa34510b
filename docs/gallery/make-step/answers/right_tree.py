def make_step(loss, rate):
    @jax.jit
    def step(w, x, t):
        grads = jax.grad(loss, argnums=0)(w, x, t)
        return jax.tree.map(lambda old, grad: old - rate * grad, w, grads)

    return step
