def newton_root(f, x0, steps):
    for _ in range(steps - 1):
        x0 = x0 - f(x0) / jax.grad(f)(x0)
    return x0
