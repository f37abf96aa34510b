import jax.scipy.linalg


def ridge(x, y):
    factor = jax.scipy.linalg.cho_factor(x.T @ x + 0.5 * jnp.eye(x.shape[1]))
    return jax.scipy.linalg.cho_solve(factor, x.T @ y)
