def padded_batch(sequences, pad, max_length, side):
    cut = [jnp.asarray(s)[:max_length] for s in sequences]
    n = max(len(s) for s in cut)
    widths = [(n - len(s), 0) if side == "left" else (0, n - len(s)) for s in cut]
    return {"tokens": jnp.stack([jnp.pad(s, w) for s, w in zip(cut, widths)]), "mask": jnp.stack([jnp.pad(jnp.ones(len(s), bool), w) for s, w in zip(cut, widths)])}
