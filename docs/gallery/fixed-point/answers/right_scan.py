def fixed_point(f, x, damping, steps):
    x, _ = jax.lax.scan(lambda x, _: (x - damping * (x - f(x)), None), x, None, length=int(steps))
    return x
