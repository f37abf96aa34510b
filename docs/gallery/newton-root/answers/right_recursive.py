def newton_root(f, x0, steps):
    if steps == 0:
        return x0
    return newton_root(f, x0 - f(x0) / jax.jacfwd(f)(float(x0)), steps - 1)
