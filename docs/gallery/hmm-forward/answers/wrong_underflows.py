def forward(start, transitions, seen):
    p, alphas = jnp.exp(start + seen[0]), []
    for t in range(len(seen)):
        if t:
            p = p @ jnp.exp(transitions) * jnp.exp(seen[t])
        alphas.append(jnp.log(p))
    return jnp.stack(alphas)
