def beam_search(start, step, k):
    scores, first = jax.lax.top_k(jnp.asarray(start), k)
    tokens = first[:, None]
    for each in jnp.asarray(step):
        total = scores[:, None] + each[tokens[:, -1]]
        best = jnp.sort(jax.lax.top_k(total.ravel(), k)[1])
        scores = total.ravel()[best]
        beam, token = jnp.divmod(best, total.shape[1])
        tokens = jnp.concatenate([tokens[beam], token[:, None]], axis=1)
    return tokens, scores
