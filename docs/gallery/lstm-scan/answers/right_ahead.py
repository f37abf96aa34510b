def lstm(params, state, xs):
    inputs = jnp.einsum("tbd,dk->tbk", xs, params["wx"]) + params["b"]
    h, c = state
    hs = []
    for z in inputs:
        i, f, g, o = jnp.split(z + h @ params["wh"], 4, axis=1)
        c = c / (1 + jnp.exp(-f)) + jnp.tanh(g) / (1 + jnp.exp(-i))
        h = jnp.tanh(c) / (1 + jnp.exp(-o))
        hs.append(h)
    return [h, c], jnp.array(hs)
