def fixed_point(f, x, damping, steps):
    y = f(x)
    for _ in range(steps):
        x = (1 - damping) * x + damping * y
    return x
