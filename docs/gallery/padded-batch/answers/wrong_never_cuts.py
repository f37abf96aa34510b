def padded_batch(sequences, pad, max_length, side):
    n = max(len(s) for s in sequences)
    widths = [(n - len(s), 0) if side == "left" else (0, n - len(s)) for s in sequences]
    return {"tokens": jnp.stack([jnp.pad(jnp.asarray(s), w, constant_values=pad) for s, w in zip(sequences, widths)]), "mask": jnp.stack([jnp.pad(jnp.ones(len(s), bool), w) for s, w in zip(sequences, widths)])}
