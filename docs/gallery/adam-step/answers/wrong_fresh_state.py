def adam_step(params, state, grads):
    opt = optax.adam(0.01)
    updates, state = opt.update(grads, opt.init(params), params)
    return optax.apply_updates(params, updates), state
