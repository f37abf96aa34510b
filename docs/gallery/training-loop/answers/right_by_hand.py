def train(seed, x, y):
    k1, k2 = jax.random.split(jax.random.key(seed))
    x, y = jnp.asarray(x), jnp.asarray(y)
    rows = x.shape[0]

    def step(_, state):
        w1, b, w2 = state
        hidden = jnp.tanh(x @ w1 + b)
        error = 2 * (hidden @ w2 - y) / rows
        inner = error[:, None] * w2 * (1 - hidden**2)
        return (
            w1 - 0.05 * x.T @ inner,
            b - 0.05 * inner.sum(axis=0),
            w2 - 0.05 * hidden.T @ error,
        )

    start = (
        0.5 * jax.random.normal(k1, (x.shape[1], 4)),
        jnp.zeros(4),
        0.5 * jax.random.normal(k2, (4,)),
    )
    return dict(zip(("w1", "b", "w2"), jax.lax.fori_loop(0, 200, step, start)))
