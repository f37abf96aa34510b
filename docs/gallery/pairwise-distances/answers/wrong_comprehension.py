def pairwise_distances(x, y):
    return np.array([np.linalg.norm(a - y, axis=1) for a in x])
