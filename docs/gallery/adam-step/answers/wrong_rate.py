def adam_step(params, state, grads):
    updates, state = optax.adam(0.001).update(grads, state, params)
    return optax.apply_updates(params, updates), state
