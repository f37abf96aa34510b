def train(seed, x, y):
    k1, k2 = jax.random.split(jax.random.key(seed))
    params = {
        "w1": 0.5 * jax.random.normal(k1, (x.shape[1], 4)),
        "b": jnp.zeros(4),
        "w2": 0.5 * jax.random.normal(k2, (4,)),
    }

    def loss(params):
        hidden = jnp.tanh(x @ params["w1"] + params["b"])
        return jnp.mean((hidden @ params["w2"] - y) ** 2)

    return params
