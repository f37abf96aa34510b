def forward(start, transitions, seen):
    alpha = start + seen[0]
    for row in seen[1:]:
        alpha = jax.nn.logsumexp(alpha[:, None] + transitions, axis=0) + row
    return alpha
