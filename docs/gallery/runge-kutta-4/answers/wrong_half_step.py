def rk4(f, x, t, dt, steps):
    rows = [jnp.asarray(x)]
    for i in range(steps):
        x, now = rows[-1], t + i * dt
        k1 = f(now, x)
        k2 = f(now + dt / 2, x + dt * k1)
        k3 = f(now + dt / 2, x + dt * k2)
        k4 = f(now + dt, x + dt * k3)
        rows.append(x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return jnp.stack(rows)
