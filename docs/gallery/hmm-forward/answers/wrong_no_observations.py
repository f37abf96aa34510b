def forward(start, transitions, seen):
    alphas = [start]
    for t in range(1, len(seen)):
        alphas.append(jax.nn.logsumexp(alphas[-1][:, None] + transitions, axis=0))
    return jnp.stack(alphas)
