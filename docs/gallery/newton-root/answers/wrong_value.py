def newton_root(f, x0, steps):
    for _ in range(steps):
        x0 = x0 - f(x0) / jax.grad(f)(x0)
    return f(x0)
