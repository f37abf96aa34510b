def principal_axes(x):
    centred = x - jnp.mean(x, axis=1, keepdims=True)
    return jnp.linalg.svd(centred, full_matrices=False)[2][:2].T
