def rk4(f, x, t, dt, steps):
    rows = [jnp.asarray(x)]
    for i in range(steps):
        rows.append(rows[-1] + dt * f(rows[-1], t + i * dt))
    return jnp.stack(rows)
