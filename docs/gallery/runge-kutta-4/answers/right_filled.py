def rk4(f, x, t, dt, steps):
    x = jnp.asarray(x)
    rows = jnp.zeros((steps + 1, x.shape[0])).at[0].set(x)
    for i in range(steps):
        k1 = f(t, x)
        k2 = f(t + 0.5 * dt, x + 0.5 * dt * k1)
        k3 = f(t + 0.5 * dt, x + 0.5 * dt * k2)
        k4 = f(t + dt, x + dt * k3)
        x = x + dt * (k1 / 6 + k2 / 3 + k3 / 3 + k4 / 6)
        t = t + dt
        rows = rows.at[i + 1].set(x)
    return rows
