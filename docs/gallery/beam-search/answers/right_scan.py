def beam_search(start, step, k):
    scores, first = jax.lax.top_k(jnp.asarray(start), k)

    def extend(state, table):
        scores, last = state
        total = scores[:, None] + table[last]
        scores, best = jax.lax.top_k(total.reshape(-1), k)
        return (scores, best % table.shape[0]), (best // table.shape[0], best % table.shape[0])

    (scores, _), (beams, found) = jax.lax.scan(extend, (scores, first), jnp.asarray(step))
    tokens, place = [], jnp.arange(k)
    for beam, token in zip(beams[::-1], found[::-1]):
        tokens.append(token[place])
        place = beam[place]
    return jnp.stack([first[place], *tokens[::-1]], axis=1), scores
