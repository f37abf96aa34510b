def padded_batch(sequences, pad, max_length, side):
    lengths = np.array([min(len(s), max_length) for s in sequences])
    place = np.arange(lengths.max())[None]
    mask = place < lengths[:, None] if side == "right" else place >= lengths.max() - lengths[:, None]
    tokens = np.full(mask.shape, pad)
    tokens[mask] = np.concatenate([np.asarray(s)[:max_length] for s in sequences])
    return {"mask": mask, "tokens": tokens}
