def td_errors(q, batch, gamma):
    s, a, r, s2, d = batch
    v = jnp.max(q, axis=-1)
    return r + gamma * v[s2] * (1.0 - d) - jnp.asarray(q)[s, a]
