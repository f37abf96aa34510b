def pairwise_distances(x, y):
    return ((x[:, None] - y) ** 2).sum(axis=2)
