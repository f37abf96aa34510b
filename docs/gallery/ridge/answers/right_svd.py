def ridge(x, y):
    u, s, vt = jnp.linalg.svd(jnp.asarray(x), full_matrices=False)
    return vt.T @ (s / (s**2 + 0.5) * (u.T @ y))
