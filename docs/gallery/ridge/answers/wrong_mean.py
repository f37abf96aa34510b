def ridge(x, y):
    return jnp.linalg.solve(x.T @ x / len(x) + 0.5 * jnp.eye(x.shape[1]), x.T @ y / len(x))
