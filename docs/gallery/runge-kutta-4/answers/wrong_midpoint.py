def rk4(f, x, t, dt, steps):
    rows = [jnp.asarray(x)]
    for i in range(steps):
        x, now = rows[-1], t + i * dt
        rows.append(x + dt * f(now + dt / 2, x + dt / 2 * f(now, x)))
    return jnp.stack(rows)
