def principal_axes(x):
    centred = x - jnp.mean(x, axis=0)
    return jnp.abs(jnp.linalg.svd(centred, full_matrices=False)[2][:2].T)
