def adam_step(params, state, grads):
    updates, _ = optax.adam(0.01).update(grads, state, params)
    return optax.apply_updates(params, updates), state
