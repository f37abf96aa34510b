def beam_search(start, step, k):
    scores, first = jax.lax.top_k(jnp.asarray(start), k)
    tokens = first[:, None]
    for each in jnp.asarray(step):
        total = scores[:, None] + each[tokens[:, -1]]
        scores, best = jax.lax.top_k(total.ravel(), k)
        token = best % total.shape[1]
        tokens = jnp.concatenate([tokens, token[:, None]], axis=1)
    return tokens, scores
