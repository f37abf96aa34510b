def adam_step(params, state, grads):
    return optax.adam(0.01).update(grads, state, params)
