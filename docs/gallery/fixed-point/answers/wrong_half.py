def fixed_point(f, x, damping, steps):
    for _ in range(steps):
        x = 0.5 * x + 0.5 * f(x)
    return x
