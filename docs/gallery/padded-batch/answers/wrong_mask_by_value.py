def padded_batch(sequences, pad, max_length, side):
    cut = [jnp.asarray(s)[:max_length] for s in sequences]
    n = max(len(s) for s in cut)
    widths = [(n - len(s), 0) if side == "left" else (0, n - len(s)) for s in cut]
    tokens = jnp.stack([jnp.pad(s, w, constant_values=pad) for s, w in zip(cut, widths)])
    return {"tokens": tokens, "mask": tokens != 0}
