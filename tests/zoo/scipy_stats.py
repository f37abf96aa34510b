"""jax.scipy.stats and jax.scipy.signal."""

import jax
import jax.numpy as jnp
from zoo_masters import Normal, Whole, program, wrong


@program("jax.scipy.stats.norm.logpdf", Normal("N"), Normal("N"), N=(4, 5))
def norm_logpdf(x, mean):
    return jax.scipy.stats.norm.logpdf(x, mean, 2.0)


@wrong("the density itself")
def norm_pdf(x, mean):
    return jax.scipy.stats.norm.pdf(x, mean, 2.0)


@program("jax.scipy.stats.norm.cdf", Normal("N"), N=(4, 5))
def norm_cdf(x):
    return jax.scipy.stats.norm.cdf(x)


@wrong("the survival function")
def norm_sf(x):
    return jax.scipy.stats.norm.sf(x)


@program(
    "jax.scipy.stats.multivariate_normal.logpdf",
    Normal("N", "D"),
    Normal("D", "D"),
    N=(3, 4),
    D=(2, 3),
)
def multivariate_normal(x, a):
    return jax.scipy.stats.multivariate_normal.logpdf(
        x, jnp.zeros(len(a)), a @ a.T + len(a) * jnp.eye(len(a))
    )


@wrong("the variances only")
def multivariate_normal_diagonal(x, a):
    return jax.scipy.stats.norm.logpdf(x, 0, jnp.sqrt(jnp.diag(a @ a.T) + len(a))).sum(axis=1)


@program("jax.scipy.stats.poisson.logpmf", Whole("N"), Normal("N"), N=(4, 5))
def poisson_logpmf(k, rate):
    return jax.scipy.stats.poisson.logpmf(jnp.abs(k), jnp.abs(rate) + 1)


@wrong("without the factorial")
def poisson_unnormalised(k, rate):
    return jnp.abs(k) * jnp.log(jnp.abs(rate) + 1) - jnp.abs(rate) + 1


@program("jax.scipy.stats.t.logpdf", Normal("N"), N=(4, 5))
def t_logpdf(x):
    return jax.scipy.stats.t.logpdf(x, 3.0)


@wrong("the normal density")
def t_normal(x):
    return jax.scipy.stats.norm.logpdf(x)


@program("jax.scipy.stats.beta.logpdf", Normal("N"), N=(4, 5))
def beta_logpdf(x):
    return jax.scipy.stats.beta.logpdf(jax.nn.sigmoid(x), 2.0, 3.0)


@wrong("the parameters are swapped")
def beta_swapped(x):
    return jax.scipy.stats.beta.logpdf(jax.nn.sigmoid(x), 3.0, 2.0)


@program("jax.scipy.stats.gaussian_kde", Normal("N"), Normal("M"), N=(5, 6), M=(2, 3))
def gaussian_kde(data, x):
    return jax.scipy.stats.gaussian_kde(jnp.asarray(data), 0.5)(jnp.asarray(x))


@wrong("twice the bandwidth")
def gaussian_kde_wide(data, x):
    return jax.scipy.stats.gaussian_kde(jnp.asarray(data), 1.0)(jnp.asarray(x))


@program("jax.scipy.stats.rankdata", Normal("N"), N=(4, 5))
def rankdata(x):
    return jax.scipy.stats.rankdata(jnp.asarray(x))


@wrong("counted from zero")
def rankdata_from_zero(x):
    return jax.scipy.stats.rankdata(jnp.asarray(x)) - 1


@program("jax.scipy.signal.convolve", Normal("M"), Normal("N"), M=(4, 5), N=(2, 3))
def convolve(x, kernel):
    return jax.scipy.signal.convolve(jnp.asarray(x), jnp.asarray(kernel), mode="same")


@wrong("the kernel is not turned round")
def convolve_correlate(x, kernel):
    return jax.scipy.signal.correlate(jnp.asarray(x), jnp.asarray(kernel), mode="same")


@program("jax.scipy.signal.fftconvolve", Normal("M"), Normal("N"), M=(4, 5), N=(2, 3))
def fftconvolve(x, kernel):
    return jax.scipy.signal.fftconvolve(jnp.asarray(x), jnp.asarray(kernel))


@wrong("round a circle")
def fftconvolve_circular(x, kernel):
    n = len(x) + len(kernel) - 1
    return jnp.roll(jax.scipy.signal.fftconvolve(jnp.asarray(x), jnp.asarray(kernel)), n // 2)


@program("jax.scipy.signal.convolve2d", Normal("M", "M"), Normal("N", "N"), M=(4, 5), N=(2, 3))
def convolve2d(x, kernel):
    return jax.scipy.signal.convolve2d(jnp.asarray(x), jnp.asarray(kernel), mode="valid")


@wrong("the kernel is transposed")
def convolve2d_transposed(x, kernel):
    return jax.scipy.signal.convolve2d(jnp.asarray(x), jnp.asarray(kernel).T, mode="valid")


@program("jax.scipy.signal.detrend", Normal("N"), N=(5, 6))
def detrend(x):
    return jax.scipy.signal.detrend(jnp.asarray(x))


@wrong("the mean only")
def detrend_mean(x):
    return jax.scipy.signal.detrend(jnp.asarray(x), type="constant")


@program("jax.scipy.signal.stft", Normal("N"), N=(9, 10))
def stft(x):
    return jax.scipy.signal.stft(jnp.asarray(x), nperseg=4)[2]


@wrong("another window")
def stft_boxcar(x):
    return jax.scipy.signal.stft(jnp.asarray(x), nperseg=4, window="boxcar")[2]


@program("jax.scipy.ndimage.map_coordinates", Normal("N", "N"), Normal("M"), N=(3, 4), M=(2, 3))
def map_coordinates(image, at):
    rows = jax.nn.sigmoid(jnp.asarray(at))
    return jax.scipy.ndimage.map_coordinates(jnp.asarray(image), [rows, rows + 0.5], order=1)


@wrong("rows and columns are swapped")
def map_coordinates_swapped(image, at):
    rows = jax.nn.sigmoid(jnp.asarray(at))
    return jax.scipy.ndimage.map_coordinates(jnp.asarray(image), [rows + 0.5, rows], order=1)
