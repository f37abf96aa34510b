def ridge(x, y):
    return x.T @ jnp.linalg.solve(x @ x.T + 0.5 * jnp.eye(x.shape[0]), y)
