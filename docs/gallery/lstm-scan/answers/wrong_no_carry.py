def lstm(params, state, xs):
    h, c = state
    hs = []
    for x in xs:
        i, f, g, o = jnp.split(x @ params["wx"] + state[0] @ params["wh"] + params["b"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        hs.append(h)
    return (h, c), jnp.stack(hs)
