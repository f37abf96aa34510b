def beam_search(start, step, k):
    tokens = [int(np.argmax(start))]
    score = int(np.max(start))
    for table in np.asarray(step):
        score += int(table[tokens[-1]].max())
        tokens.append(int(table[tokens[-1]].argmax()))
    return jnp.array([tokens] * k), jnp.array([score] * k)
