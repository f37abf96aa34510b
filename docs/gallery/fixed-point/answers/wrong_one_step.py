def fixed_point(f, x, damping, steps):
    return (1 - damping) * x + damping * f(x)
