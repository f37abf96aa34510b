def adam_step(params, state, grads):
    opt = optax.adam(learning_rate=1e-2)
    updates, state = opt.update(grads, state, params)
    new = {}
    for name in params:
        new[name] = params[name] + updates[name]
    return new, state
