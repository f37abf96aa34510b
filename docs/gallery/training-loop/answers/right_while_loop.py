def predict(params, x):
    return jnp.tanh(x @ params["w1"] + params["b"]) @ params["w2"]


def mean_squared_error(params, x, y):
    return jnp.mean(jnp.square(predict(params, x) - y))


@jax.jit
def update(params, x, y):
    gradient = jax.grad(mean_squared_error)(params, x, y)
    return jax.tree.map(lambda p, g: p - 0.05 * g, params, gradient)


def train(seed, x, y):
    k1, k2 = jax.random.split(jax.random.key(seed))
    w1, w2 = jax.random.normal(k1, (x.shape[1], 4)) / 2, jax.random.normal(k2, (4,)) / 2
    params = dict(w1=w1, w2=w2, b=jnp.zeros((4,)))
    done = 0
    while done < 200:
        params = update(params, x, y)
        done += 1
    return params
