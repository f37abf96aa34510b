def td_errors(q, batch, gamma):
    q = jnp.asarray(q)
    return batch.reward + gamma * jnp.where(batch.done, 0.0, q[batch.state].max(axis=1)) - q[batch.state, batch.action]
