def forward(start, transitions, seen):
    import numpy as np

    start, transitions, seen = (np.asarray(a, np.float64) for a in (start, transitions, seen))
    alpha = np.zeros(seen.shape)
    alpha[0] = start + seen[0]
    for t in range(1, len(seen)):
        alpha[t] = np.logaddexp.reduce(alpha[t - 1][:, None] + transitions, axis=0) + seen[t]
    return alpha
