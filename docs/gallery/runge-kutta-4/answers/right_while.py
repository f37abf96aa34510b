def rk4(f, x, t, dt, steps):
    out = [jnp.array(x)]
    i = 0
    while i < steps:
        x = out[-1]
        k1 = dt * f(t + i * dt, x)
        k2 = dt * f(t + (i + 0.5) * dt, x + k1 / 2)
        k3 = dt * f(t + (i + 0.5) * dt, x + k2 / 2)
        k4 = dt * f(t + (i + 1) * dt, x + k3)
        out.append(x + (k1 + 2 * k2 + 2 * k3 + k4) / 6)
        i += 1
    return jnp.array(out)
