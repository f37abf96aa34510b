def adam_step(params, state, grads):
    optimiser = optax.chain(optax.scale_by_adam(), optax.scale(-0.01))
    updates, new_state = optimiser.update(grads, state, params)
    return jax.tree.map(lambda p, u: p + u, params, updates), new_state
