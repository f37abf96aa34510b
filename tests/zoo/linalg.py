"""jnp.linalg: what LAPACK computes. What is returned is unique, whatever signs and orders LAPACK
chooses."""

import jax.numpy as jnp
from zoo_masters import Normal, program, wrong


def dominant(a):
    """A matrix with a large diagonal, so that nothing is lost in inverting it."""
    return a + 3 * len(a) * jnp.eye(len(a))


def definite(a):
    """A symmetric matrix with positive eigenvalues of like size."""
    return a @ a.T + len(a) * jnp.eye(len(a))


@program("jnp.linalg.solve", Normal("N", "N"), Normal("N"), N=(3, 4))
def solve(a, b):
    return jnp.linalg.solve(dominant(a), b)


@wrong("the matrix is transposed")
def solve_transposed(a, b):
    return jnp.linalg.solve(dominant(a).T, b)


@program("jnp.linalg.inv", Normal("N", "N"), N=(3, 4))
def inv(a):
    return jnp.linalg.inv(dominant(a))


@wrong("each element is inverted by itself")
def inv_by_element(a):
    return 1 / dominant(a)


@program("jnp.linalg.det", Normal("N", "N"), N=(3, 4))
def det(a):
    return jnp.linalg.det(definite(a))


@wrong("the product of the diagonal")
def det_of_diagonal(a):
    return jnp.prod(jnp.diag(definite(a)))


@program("jnp.linalg.slogdet", Normal("N", "N"), N=(3, 4))
def slogdet(a):
    return jnp.stack(jnp.linalg.slogdet(-dominant(a)))


@wrong("the determinant instead of its logarithm")
def slogdet_without_log(a):
    sign, logarithm = jnp.linalg.slogdet(-dominant(a))
    return jnp.stack([sign, jnp.exp(logarithm)])


@program("jnp.linalg.cholesky", Normal("N", "N"), N=(3, 4))
def cholesky(a):
    return jnp.linalg.cholesky(definite(a))


@wrong("the upper factor")
def cholesky_upper(a):
    return jnp.linalg.cholesky(definite(a), upper=True)


@program("jnp.linalg.qr", Normal("M", "N"), M=(4, 5), N=(2, 3))
def qr(a):
    return jnp.abs(jnp.linalg.qr(a)[1])


@wrong("the lower factor")
def qr_transposed(a):
    return jnp.abs(jnp.linalg.qr(a)[1]).T


@program("jnp.linalg.eigh", Normal("N", "N"), N=(3, 4))
def eigh(a):
    values, vectors = jnp.linalg.eigh(definite(a))
    return (vectors * jnp.sqrt(values)) @ vectors.T


@wrong("the eigenvalues are squared")
def eigh_squared(a):
    values, vectors = jnp.linalg.eigh(definite(a))
    return (vectors * values**2) @ vectors.T


@program("jnp.linalg.eigvalsh", Normal("N", "N"), N=(3, 4))
def eigvalsh(a):
    return jnp.linalg.eigvalsh(a + a.T)


@wrong("the largest first")
def eigvalsh_descending(a):
    return jnp.linalg.eigvalsh(a + a.T)[::-1]


@program("jnp.linalg.eig", Normal("N", "N"), N=(3, 4))
def eig(a):
    return jnp.sort(jnp.abs(jnp.linalg.eig(dominant(a))[0]))


@wrong("the singular values")
def eig_singular(a):
    return jnp.linalg.svd(dominant(a), compute_uv=False)[::-1]


@program("jnp.linalg.eigvals", Normal("N", "N"), N=(3, 4))
def eigvals(a):
    rotation = jnp.triu(a, 1) - jnp.triu(a, 1).T
    return jnp.sort(jnp.imag(jnp.linalg.eigvals(rotation)))


@wrong("the real parts")
def eigvals_real(a):
    rotation = jnp.triu(a, 1) - jnp.triu(a, 1).T
    return jnp.sort(jnp.real(jnp.linalg.eigvals(rotation + jnp.eye(len(a)))))


@program("jnp.linalg.svd", Normal("N", "N"), N=(3, 4))
def svd(a):
    left, _, right = jnp.linalg.svd(dominant(a))
    return left @ right


@wrong("the singular values are left in")
def svd_with_values(a):
    left, values, right = jnp.linalg.svd(dominant(a))
    return (left * values) @ right


@program("jnp.linalg.svdvals", Normal("M", "N"), M=(4, 5), N=(3, 4))
def svdvals(a):
    return jnp.linalg.svdvals(a)


@wrong("squared")
def svdvals_squared(a):
    return jnp.linalg.svdvals(a) ** 2


@program("jnp.linalg.lstsq", Normal("M", "N"), Normal("M"), M=(5, 6), N=(2, 3))
def lstsq(a, b):
    return jnp.linalg.lstsq(a, b)[0]


@wrong("without the inverse of the Gram matrix")
def lstsq_projected(a, b):
    return a.T @ b


@program("jnp.linalg.pinv", Normal("M", "N"), M=(4, 5), N=(2, 3))
def pinv(a):
    return jnp.linalg.pinv(a)


@wrong("transposed only")
def pinv_transposed(a):
    return jnp.asarray(a).T


@program("jnp.linalg.matrix_rank", Normal("N", "R"), Normal("R", "N"), N=(4, 5), R=(2, 3))
def matrix_rank(a, b):
    return jnp.linalg.matrix_rank(jnp.asarray(a) @ b)


@wrong("the number of rows")
def matrix_rank_rows(a, b):
    return jnp.asarray(len(a))


@program("jnp.linalg.norm", Normal("M", "N"), M=(3, 4), N=(4, 5))
def norm(a):
    return jnp.linalg.norm(a, axis=1)


@wrong("the sum of the absolute values")
def norm_of_order_one(a):
    return jnp.linalg.norm(a, ord=1, axis=1)


@program("jnp.linalg.matrix_power", Normal("N", "N"), N=(3, 4))
def matrix_power(a):
    return jnp.linalg.matrix_power(dominant(a), -2)


@wrong("each element by itself")
def matrix_power_by_element(a):
    return dominant(a) ** -2


@program("jnp.linalg.cond", Normal("N", "N"), N=(3, 4))
def cond(a):
    return jnp.linalg.cond(dominant(a))


@wrong("upside down")
def cond_inverse(a):
    return 1 / jnp.linalg.cond(dominant(a))


@program("jnp.linalg.tensorsolve", Normal("N", "N", "N", "N"), Normal("N", "N"), N=(2, 3))
def tensorsolve(a, b):
    n = len(b)
    return jnp.linalg.tensorsolve(dominant(jnp.reshape(a, (n * n, n * n))).reshape(n, n, n, n), b)


@wrong("the solution is transposed")
def tensorsolve_transposed(a, b):
    n = len(b)
    return jnp.linalg.tensorsolve(dominant(jnp.reshape(a, (n * n, n * n))).reshape(n, n, n, n), b).T
