def pairwise_distances(x, y):
    d = x[:, None, :] - y[None, :, :]
    return np.sqrt(np.einsum("ijk,ijk->ij", d, d))
