def td_errors(q, batch, gamma):
    q = jnp.asarray(q)
    return q[batch.state, batch.action] - batch.reward - gamma * jnp.where(batch.done, 0.0, q[batch.next_state].max(axis=1))
