def padded_batch(sequences, pad, max_length, side):
    lists = [[int(t) for t in s][:max_length] for s in sequences]
    longest = max(len(s) for s in lists)
    tokens, mask = [], []
    for s in lists:
        gap = longest - len(s)
        if side == "left":
            tokens.append([pad] * gap + s)
            mask.append([False] * gap + [True] * len(s))
        else:
            tokens.append(s + [pad] * gap)
            mask.append([True] * len(s) + [False] * gap)
    return dict(tokens=np.array(tokens), mask=np.array(mask))
