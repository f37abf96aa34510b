def pairwise_distances(x, y):
    distance = np.vectorize(lambda a, b: np.sqrt(((a - b) ** 2).sum()), signature="(d),(d)->()")
    return distance(x[:, None], y[None])
