"""jax.scipy.linalg."""

import jax
import jax.numpy as jnp
from zoo_masters import Normal, program, wrong


def steady(a):
    """A matrix that partial pivoting leaves as it is."""
    return a + 4 * len(a) * jnp.eye(len(a))


def positive(a):
    """A symmetric matrix with positive eigenvalues of like size."""
    return a @ a.T + len(a) * jnp.eye(len(a))


@program("jax.scipy.linalg.lu", Normal("N", "N"), N=(3, 4))
def lu(a):
    return jax.scipy.linalg.lu(steady(a))[2]


@wrong("the lower factor")
def lu_lower(a):
    return jax.scipy.linalg.lu(steady(a))[1]


@program("jax.scipy.linalg.lu_solve", Normal("N", "N"), Normal("N"), N=(3, 4))
def lu_solve(a, b):
    return jax.scipy.linalg.lu_solve(jax.scipy.linalg.lu_factor(steady(a)), b)


@wrong("of the transposed matrix")
def lu_solve_transposed(a, b):
    return jax.scipy.linalg.lu_solve(jax.scipy.linalg.lu_factor(steady(a)), b, trans=1)


@program("jax.scipy.linalg.cho_solve", Normal("N", "N"), Normal("N"), N=(3, 4))
def cho_solve(a, b):
    return jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(positive(a)), b)


@wrong("one factor only")
def cho_solve_half(a, b):
    return jax.scipy.linalg.solve_triangular(jnp.linalg.cholesky(positive(a)), b, lower=True)


@program("jax.scipy.linalg.solve_triangular", Normal("N", "N"), Normal("N"), N=(3, 4))
def solve_triangular(a, b):
    return jax.scipy.linalg.solve_triangular(steady(a), b, lower=True)


@wrong("the upper triangle")
def solve_triangular_upper(a, b):
    return jax.scipy.linalg.solve_triangular(steady(a), b)


@program("jax.scipy.linalg.expm", Normal("N", "N"), N=(3, 4))
def expm(a):
    return jax.scipy.linalg.expm(0.3 * a)


@wrong("each element by itself")
def expm_by_element(a):
    return jnp.exp(0.3 * a)


@program(
    "jax.scipy.linalg.block_diag",
    Normal("M", "N"),
    Normal("K", "L"),
    M=(3, 4),
    N=(3, 4),
    K=(2, 3),
    L=(2, 3),
)
def block_diag(a, b):
    return jax.scipy.linalg.block_diag(a, b)


@wrong("the other way round")
def block_diag_reversed(a, b):
    return jax.scipy.linalg.block_diag(b, a)


@program("jax.scipy.linalg.toeplitz", Normal("M"), Normal("N"), M=(3, 4), N=(4, 5))
def toeplitz(c, r):
    return jax.scipy.linalg.toeplitz(c, r)


@wrong("column and row are swapped")
def toeplitz_swapped(c, r):
    return jax.scipy.linalg.toeplitz(r, c)


@program("jax.scipy.linalg.sqrtm", Normal("N", "N"), N=(3, 4))
def sqrtm(a):
    return jnp.real(jax.scipy.linalg.sqrtm(positive(a)))


@wrong("each element by itself")
def sqrtm_by_element(a):
    return jnp.sqrt(jnp.abs(positive(a)))


@program("jax.scipy.linalg.eigh_tridiagonal", Normal("N"), Normal("N"), N=(4, 5))
def eigh_tridiagonal(d, e):
    return jax.scipy.linalg.eigh_tridiagonal(jnp.asarray(d), jnp.asarray(e)[:-1], eigvals_only=True)


@wrong("the diagonal only")
def eigh_tridiagonal_diagonal(d, e):
    return jnp.sort(jnp.asarray(d))


@program("jax.scipy.linalg.polar", Normal("N", "N"), N=(3, 4))
def polar(a):
    return jax.scipy.linalg.polar(steady(a))[1]


@wrong("the symmetric part")
def polar_symmetric(a):
    return (steady(a) + steady(a).T) / 2


@program("jax.scipy.linalg.schur", Normal("N", "N"), N=(3, 4))
def schur(a):
    form, vectors = jax.scipy.linalg.schur(a + a.T)
    return (vectors * jnp.exp(0.2 * jnp.diag(form))) @ vectors.T


@wrong("of one half of the matrix")
def schur_of_half(a):
    form, vectors = jax.scipy.linalg.schur(jnp.tril(a))
    return (vectors * jnp.exp(0.2 * jnp.diag(form))) @ vectors.T


@program("jax.scipy.linalg.hessenberg", Normal("N", "N"), N=(3, 4))
def hessenberg(a):
    return jnp.abs(jax.scipy.linalg.hessenberg(steady(a)))


@wrong("the lower triangle is zeroed")
def hessenberg_triangle(a):
    return jnp.abs(jnp.triu(steady(a), -1))
