def attention_weights(q, k, keep):
    import numpy as np

    q, k, keep = np.asarray(q), np.asarray(k), np.asarray(keep)
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores[np.triu_indices(len(q), 1)] = -np.inf
    scores[:, ~keep] = -np.inf
    with np.errstate(all="ignore"):
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
