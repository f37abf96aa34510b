"""jax.scipy.special."""

import jax
import jax.numpy as jnp
from zoo_masters import Normal, Whole, program, wrong


def above_zero(x):
    """Numbers from about a half upwards."""
    return jnp.abs(x) + 0.5


@program("jax.scipy.special.gammaln", Normal("N"), N=(4, 5))
def gammaln(x):
    return jax.scipy.special.gammaln(1 + above_zero(x) * 2)


@wrong("of the number before")
def gammaln_shifted(x):
    return jax.scipy.special.gammaln(above_zero(x) * 2)


@program("jax.scipy.special.digamma", Normal("N"), N=(4, 5))
def digamma(x):
    return jax.scipy.special.digamma(above_zero(x))


@wrong("the logarithm")
def digamma_logarithm(x):
    return jnp.log(above_zero(x))


@program("jax.scipy.special.erf", Normal("N"), N=(4, 5))
def erf(x):
    return jax.scipy.special.erf(x)


@wrong("the complement")
def erf_complement(x):
    return jax.scipy.special.erfc(x)


@program("jax.scipy.special.erfinv", Normal("N"), N=(4, 5))
def erfinv(x):
    return jax.scipy.special.erfinv(jnp.tanh(x))


@wrong("the derivative at zero only")
def erfinv_linear(x):
    return jnp.tanh(x) * jnp.sqrt(jnp.pi) / 2


@program("jax.scipy.special.logsumexp", Normal("M", "N"), M=(3, 4), N=(4, 5))
def logsumexp(x):
    return jax.scipy.special.logsumexp(x, axis=1)


@wrong("the logarithm of the mean")
def logsumexp_mean(x):
    return jax.scipy.special.logsumexp(x, axis=1) - jnp.log(x.shape[1])


@program("jax.scipy.special.betainc", Normal("N"), Normal("N"), N=(4, 5))
def betainc(a, x):
    return jax.scipy.special.betainc(above_zero(a), 2.0, jax.nn.sigmoid(x))


@wrong("the parameters are swapped")
def betainc_swapped(a, x):
    return jax.scipy.special.betainc(2.0, above_zero(a), jax.nn.sigmoid(x))


@program("jax.scipy.special.gammainc", Normal("N"), Normal("N"), N=(4, 5))
def gammainc(a, x):
    return jax.scipy.special.gammainc(above_zero(a), above_zero(x))


@wrong("the upper one")
def gammainc_upper(a, x):
    return jax.scipy.special.gammaincc(above_zero(a), above_zero(x))


@program("jax.scipy.special.expit", Normal("N"), N=(4, 5))
def expit(x):
    return jax.scipy.special.expit(x)


@wrong("the other side")
def expit_other_side(x):
    return 1 - jax.scipy.special.expit(x)


@program("jax.scipy.special.xlogy", Whole("N"), Normal("N"), N=(4, 5))
def xlogy(x, y):
    return jax.scipy.special.xlogy(x, above_zero(y))


@wrong("the arguments are swapped")
def xlogy_swapped(x, y):
    return jax.scipy.special.xlogy(above_zero(y), jnp.abs(x) + 1)


@program("jax.scipy.special.i0e", Normal("N"), N=(4, 5))
def i0e(x):
    return jax.scipy.special.i0e(x)


@wrong("of order one")
def i0e_of_order_one(x):
    return jax.scipy.special.i1e(x)


@program("jax.scipy.special.ndtri", Normal("N"), N=(4, 5))
def ndtri(x):
    return jax.scipy.special.ndtri(jax.nn.sigmoid(x))


@wrong("the distribution, not its inverse")
def ndtri_forwards(x):
    return jax.scipy.special.ndtr(jax.nn.sigmoid(x))


@program("jax.scipy.special.polygamma", Normal("N"), N=(4, 5))
def polygamma(x):
    return jax.scipy.special.polygamma(1, above_zero(x))


@wrong("of one order more")
def polygamma_next(x):
    return jax.scipy.special.polygamma(2, above_zero(x))


@program("jax.scipy.special.sph_harm_y", Normal("N"), N=(4, 5))
def sph_harm_y(x):
    degree, order = jnp.full(len(x), 2), jnp.full(len(x), 1)
    return jax.scipy.special.sph_harm_y(degree, order, jnp.asarray(x), jnp.asarray(x) + 1, n_max=3)


@wrong("the conjugate")
def sph_harm_y_conjugate(x):
    degree, order = jnp.full(len(x), 2), jnp.full(len(x), 1)
    return jnp.conj(
        jax.scipy.special.sph_harm_y(degree, order, jnp.asarray(x), jnp.asarray(x) + 1, n_max=3)
    )
