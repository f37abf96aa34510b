def principal_axes(x):
    centred = x - jnp.mean(x, axis=0)
    _, sizes, directions = jnp.linalg.svd(centred, full_matrices=False)
    return directions[:2].T * sizes[:2]
