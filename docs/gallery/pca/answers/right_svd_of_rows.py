def principal_axes(x):
    centred = x - x.mean(axis=0, keepdims=True)
    left, _, _ = jnp.linalg.svd(centred.T, full_matrices=False)
    return -left[:, :2]
