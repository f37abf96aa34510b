def pairwise_distances(x, y):
    from scipy.spatial.distance import cdist

    return cdist(x, y)
